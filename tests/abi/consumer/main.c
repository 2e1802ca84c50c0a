/* What somebody writes on the first day: includes the header, asks for the version, computes one formula. */
#include <attain/attain.h>
#include <stdio.h>

int main(void)
{
    const uint32_t built_against =
        ATTAIN_VERSION_MAJOR * 1000000 + ATTAIN_VERSION_MINOR * 1000 + ATTAIN_VERSION_PATCH;
    const attain_fraction value = {45, 1};
    const attain_fraction level = {60, 1};
    attain_fraction reached = {0, 1};
    attain_error err;

    if (attain_version_number() != built_against) {
        fprintf(stderr, "header %u, library %u\n", built_against, attain_version_number());
        return 1;
    }
    if (attain_attainment(value, level, ATTAIN_AT_LEAST, &reached, &err) != ATTAIN_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    if (reached.num != 3 || reached.den != 4) {
        fprintf(stderr, "45 of 60 is %lld/%lld\n", (long long)reached.num, (long long)reached.den);
        return 1;
    }
    printf("attain %s\n", attain_version());
    return 0;
}
