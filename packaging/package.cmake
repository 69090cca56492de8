# SPDX-License-Identifier: Apache-2.0
# What is installed where, and the Debian package made of it (cpack -G DEB, scripts/package).
include(GNUInstallDirs)

file(GLOB migrations CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/storage/migrations/*.sql)
list(LENGTH migrations METERGATE_SCHEMA)

# The program writes its own manual, so that it can say nothing else than --help does.
set(manual ${CMAKE_BINARY_DIR}/manual)
add_custom_command(OUTPUT ${manual}/metergate.1
  COMMAND ${CMAKE_COMMAND} -E make_directory ${manual}
  COMMAND metergate manual ${manual}
  DEPENDS metergate COMMENT "Writing man pages and shell completion" VERBATIM)
add_custom_target(manual ALL DEPENDS ${manual}/metergate.1)

# What it stands on, from dpkg's own data (scripts/sbom).
set(sbom ${CMAKE_BINARY_DIR}/metergate.spdx.json)
add_custom_command(OUTPUT ${sbom}
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/sbom $<TARGET_FILE:metergate> --build ${CMAKE_BINARY_DIR}
          --package-version ${PROJECT_VERSION} > ${sbom}.part
  COMMAND ${CMAKE_COMMAND} -E rename ${sbom}.part ${sbom}
  DEPENDS metergate ${PROJECT_SOURCE_DIR}/scripts/sbom
  COMMENT "Writing the list of what it is made of" VERBATIM)
add_custom_target(sbom ALL DEPENDS ${sbom})

install(TARGETS metergate)
install(FILES ${sbom} DESTINATION ${CMAKE_INSTALL_DATADIR}/metergate)
install(DIRECTORY meters/models/data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/metergate/models
  FILES_MATCHING PATTERN "*.toml")
install(DIRECTORY ${manual}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(FILES ${manual}/metergate.bash RENAME metergate
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
# Not below share/doc: minimal systems leave that out.
install(FILES config/metergate.example.toml
  DESTINATION ${CMAKE_INSTALL_DATADIR}/metergate/examples)
install(DIRECTORY config/mosquitto packaging/prometheus
  DESTINATION ${CMAKE_INSTALL_DATADIR}/metergate/examples)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(FILES packaging/metergate.toml DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/metergate)
install(FILES packaging/models.README RENAME README
  DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/metergate/models)
install(FILES packaging/conf.d.README RENAME README
  DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/metergate/conf.d)
install(FILES config/metergate.service DESTINATION /lib/systemd/system)
install(FILES packaging/metergate.sysusers RENAME metergate.conf DESTINATION lib/sysusers.d)

# What is packed has been built; nothing else is built for it.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(scripts)
foreach(name preinst postinst prerm postrm)
  configure_file(packaging/debian/${name}.in debian/${name} @ONLY
    FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  list(APPEND scripts ${CMAKE_CURRENT_BINARY_DIR}/debian/${name})
endforeach()
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/debian/conffiles
  "/etc/metergate/metergate.toml\n/etc/metergate/conf.d/README\n/etc/metergate/models/README\n")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME metergate)
set(CPACK_PACKAGE_VENDOR "The metergate project")
set(CPACK_PACKAGE_CONTACT "The metergate project <maintainers@metergate.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "head-end gateway for prepayment meters")
set(CPACK_PACKAGE_DESCRIPTION
  "Stands on a concentrator box beside smart prepayment meters, keeps sessions with them over\n RS-485, Modbus TCP and MQTT, and takes a utility's commands over MQTT: tokens, relays, readings,\n tenancies. Every command is on disk before it is acknowledged and has one outcome.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR OFF)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "mosquitto, prometheus, softhsm2")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${scripts} ${CMAKE_CURRENT_BINARY_DIR}/debian/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_OUTPUT_FILE_PREFIX ${CMAKE_BINARY_DIR}/package)
include(CPack)
