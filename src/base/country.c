#include "base/country.h"

const struct country *country_find(struct sv code)
{
    for (size_t i = 0; i < countries_count; i++)
        if (sv_eq_cstr(code, countries[i].code))
            return &countries[i];
    return NULL;
}
