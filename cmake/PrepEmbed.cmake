# prep_embed(<out.c> HEADER <h> TYPE <struct> TABLE <name> COUNT <name> FOLDER <dir> GLOB <*.x>)
# Each file of the folder as bytes in a table of { "name", bytes, length } that the header
# declares. Made when CMake runs, and again when one of them changes.
function(prep_embed out)
  cmake_parse_arguments(ARG "" "HEADER;TYPE;TABLE;COUNT;FOLDER;GLOB" "" ${ARGN})
  file(GLOB paths CONFIGURE_DEPENDS ${ARG_FOLDER}/${ARG_GLOB})
  list(SORT paths)
  set(texts "")
  set(rows "")
  set(index 0)
  foreach(path ${paths})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME_WE)
    file(READ ${path} hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(APPEND texts "static const unsigned char texto_${index}[] = { ${bytes} };\n")
    string(APPEND rows "    { \"${name}\", texto_${index}, sizeof texto_${index} },\n")
    math(EXPR index "${index} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${out} @ONLY CONTENT "/* Generated from @ARG_FOLDER@. */
#include \"@ARG_HEADER@\"

@texts@
const struct @ARG_TYPE@ @ARG_TABLE@[] = {
@rows@};
const size_t @ARG_COUNT@ = @index@;
")
endfunction()
