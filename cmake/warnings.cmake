# One set of warnings for all our targets, errors under gcc and clang alike.
add_library(anchang_flags INTERFACE)
target_compile_options(anchang_flags INTERFACE
    -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    -Wpointer-arith -Wwrite-strings -Wvla -Wundef -Wformat=2 -Wimplicit-fallthrough -Wconversion
    -Wno-sign-conversion -fno-common -fstack-protector-strong)
target_compile_definitions(anchang_flags INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(anchang_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    target_link_options(anchang_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
