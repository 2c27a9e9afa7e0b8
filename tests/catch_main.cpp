// Catch2's main. In Catch2 3 it comes from the library and this file stays empty.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
