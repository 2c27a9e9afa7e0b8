# Several sources as one compilation ("unity build"), so that the headers and templates that they share are compiled
# once: of a file's time two thirds are that (tests/core/test_aix_*.cpp with -O0 and sanitizers: 89 s of CPU one by
# one, 33 s together; libraries with -O2: 95 s apart, 45 s together, of a sample of 31 files). KMEMLAB_UNITY says for
# which targets; the libraries of the preset `release` stay apart but in CI (scripts/test). What a batch would hide, a
# source that lives on what another included, is found by tests/arrows/test_includes.cpp.
#
# Sources of one batch share file-local names, so two go together only if no name that one declares outside of a
# function occurs as a word in the other. That is told by reading them here, and once more at each configuring. Where
# the reading is not enough (an ambiguity, a redefinition in build/*/Unity/*.cxx), list the source in
# tests/CMakeLists.txt with the source property SKIP_UNITY_BUILD_INCLUSION.
set(KMEMLAB_UNITY "none" CACHE STRING "which targets are compiled in batches: none, tests, all")
set(KMEMLAB_UNITY_FILES 8)

# What lies in the unnamed namespaces of TEXT (which ends "}  // namespace", as the formatter writes it).
function(kmemlab_unity_local text local)
  set(all "")
  string(FIND "${text}" "\nnamespace {\n" at)
  while(NOT at EQUAL -1)
    string(SUBSTRING "${text}" ${at} -1 text)
    string(FIND "${text}" "\n}  // namespace\n" end)
    string(SUBSTRING "${text}" 0 ${end} part)
    string(APPEND all "${part}\n")
    string(SUBSTRING "${text}" 1 -1 text)
    string(FIND "${text}" "\nnamespace {\n" at)
  endwhile()
  set(${local} "${all}" PARENT_SCOPE)
endfunction()

# The names that SOURCE keeps for itself (at the left margin of an unnamed namespace), and all its words, each as
# ";a;b;c;".
function(kmemlab_unity_words source names words)
  file(READ ${source} text)
  foreach(bracket ";" "[" "]")
    string(REPLACE "${bracket}" "," text "${text}")
  endforeach()
  kmemlab_unity_local("${text}" local)
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  string(REGEX REPLACE "\"([^\"\n\\]|\\.)*\"" "" text "${text}")
  string(REGEX MATCHALL "[A-Za-z_][A-Za-z_0-9]*" all "${text}")
  list(REMOVE_DUPLICATES all)
  set(${words} ";${all};" PARENT_SCOPE)
  string(REGEX MATCHALL "\n[A-Za-z_][A-Za-z_0-9:<>,*& ]* [*&]*[A-Za-z_][A-Za-z_0-9]*( =|{| {|\\(|,| :|\n)" lines "${local}")
  set(found "")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "[ ={(,:\n]+$" "" line "${line}")
    string(REGEX MATCH "[A-Za-z_0-9]+$" name "${line}")
    list(APPEND found ${name})
  endforeach()
  list(REMOVE_DUPLICATES found)
  set(${names} ";${found};" PARENT_SCOPE)
endfunction()

# kmemlab_unity_clash(NAMES WORDS CLASH): whether one of the names is among the words.
function(kmemlab_unity_clash names words clash)
  foreach(name IN LISTS names)
    string(FIND "${words}" ";${name};" at)
    if(name AND NOT at EQUAL -1)
      set(${clash} TRUE PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# kmemlab_unity(TARGET): puts its sources into batches, in their order, each into the first batch that has room for it,
# is of its folder and uses the same namespaces.
function(kmemlab_unity target)
  get_target_property(sources ${target} SOURCES)
  set(batches 0)
  foreach(source IN LISTS sources)
    get_source_file_property(options ${source} TARGET_DIRECTORY ${target} COMPILE_OPTIONS)
    get_source_file_property(skip ${source} TARGET_DIRECTORY ${target} SKIP_UNITY_BUILD_INCLUSION)
    if(options OR skip)
      continue()
    endif()
    kmemlab_unity_words(${source} names words)
    get_filename_component(key ${source} DIRECTORY)
    file(STRINGS ${source} used REGEX "^ *using namespace ")
    list(SORT used)
    string(APPEND key "${used}")
    set(batch 0)
    while(batch LESS batches)
      set(clash FALSE)
      if(count_${batch} LESS KMEMLAB_UNITY_FILES AND key_${batch} STREQUAL key)
        kmemlab_unity_clash("${names}" "${words_${batch}}" clash)
        kmemlab_unity_clash("${names_${batch}}" "${words}" clash)
        if(NOT clash)
          break()
        endif()
      endif()
      math(EXPR batch "${batch} + 1")
    endwhile()
    if(batch EQUAL batches)
      math(EXPR batches "${batches} + 1")
      set(count_${batch} 0)
      set(key_${batch} "${key}")
    endif()
    math(EXPR count_${batch} "${count_${batch}} + 1")
    string(APPEND names_${batch} "${names}")
    string(APPEND words_${batch} "${words}")
    set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP batch_${batch})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # What is "a header" to it, the batch's source, may hold a type of an unnamed namespace here.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endfunction()

# kmemlab_unity_for(KIND TARGET): the same, if KMEMLAB_UNITY says so. KIND: tests or libraries.
function(kmemlab_unity_for kind target)
  if(KMEMLAB_UNITY STREQUAL "all" OR KMEMLAB_UNITY STREQUAL kind)
    kmemlab_unity(${target})
  endif()
endfunction()
