# Runs PROGRAM, keeps what it prints in OUTPUT, and demands that this is byte for byte EXPECTED.
execute_process(COMMAND ${PROGRAM} OUTPUT_FILE ${OUTPUT} RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${code}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${OUTPUT} ${EXPECTED} RESULT_VARIABLE differs)
if(NOT differs EQUAL 0)
  find_program(DIFF diff)
  if(DIFF)
    execute_process(COMMAND ${DIFF} ${EXPECTED} ${OUTPUT})
  endif()
  message(FATAL_ERROR "${OUTPUT} is not what ${EXPECTED} holds. If every flavour prints the same and the change of "
                      "results is meant, copy the one over the other and say why in the commit")
endif()
