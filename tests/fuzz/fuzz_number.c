/* Decimals: what is read prints, and what is printed reads as the same number. Byte 0 chooses the format, byte 1 the decimals. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const attain_number_format formats[] = {
        {'.', ""}, {',', "."}, {'.', ","}, {',', "\xc2\xa0"}, {'\'', " "}};
    attain_error err;
    int64_t value = 77;
    int64_t again;
    char buf[128];
    size_t len;
    if (size < 2) {
        return 0;
    }
    const attain_number_format *const format = &formats[data[0] % 5];
    const unsigned decimals = data[1] % 19u;
    const attain_status status =
        attain_decimal_parse((const char *)data + 2, size - 2, format, decimals, &value, &err);
    if (status != ATTAIN_OK) {
        must_be_told(status, &err);
        must(status == ATTAIN_E_NUMBER || status == ATTAIN_E_DIGITS || status == ATTAIN_E_RANGE);
        must(value == 77 && (size_t)err.column <= size - 1);
        return 0;
    }
    must(attain_decimal_print(value, decimals, format, buf, sizeof buf, &len, &err) == ATTAIN_OK);
    must(len == strlen(buf));
    must(attain_decimal_parse(buf, len, format, decimals, &again, &err) == ATTAIN_OK);
    must(again == value);
    must(attain_decimal_print(value, decimals, format, buf, len, NULL, &err) == ATTAIN_E_CAPACITY);
    return 0;
}
