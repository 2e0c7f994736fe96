# ANCHANG_SANITIZE: a list for -fsanitize=, e.g. "address,undefined" or "thread".
set(ANCHANG_SANITIZE "" CACHE STRING "sanitizers to build with")
if(ANCHANG_SANITIZE)
    add_compile_options(-fsanitize=${ANCHANG_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${ANCHANG_SANITIZE})
endif()

# ANCHANG_FUZZ: our code counts its branches for libFuzzer; tests/fuzz links the engine.
if(ANCHANG_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
