// The header as C++ sees it: it compiles without a warning, and its names link as C.
#include <attain/attain.h>

#include <cstring>

int main()
{
    attain_error err;
    attain_plan *plan = nullptr;
    if (attain_plan_new(nullptr, &plan, &err) != ATTAIN_OK) {
        return 1;
    }
    attain_plan_free(plan);
    return std::strcmp(attain_status_name(ATTAIN_E_SYNTAX), "e_syntax") != 0;
}
