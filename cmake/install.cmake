# What is installed where, and the two Debian packages: anchang (the daemon with its pages) and
# anchang-kiosk (a box that shows the kiosk). Paths are Debian's; the units name them, so the prefix is /usr.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
    set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "the units name /usr" FORCE)
endif()
set(UNIT_DIR /lib/systemd/system)
set(BOX ${CMAKE_SOURCE_DIR}/kiosk-ui/box)

# Manuals and changelogs are packed, as Debian wants them (policy 12.1, 12.7).
function(install_packed source name destination component)
    set(packed ${CMAKE_BINARY_DIR}/packed/${component}/${name}.gz)
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/packed/${component})
    add_custom_command(OUTPUT ${packed} DEPENDS ${CMAKE_SOURCE_DIR}/${source}
        COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/${source} > ${packed} VERBATIM)
    add_custom_target(packed-${component}-${name} DEPENDS ${packed})
    if(NOT TARGET packed-${component})
        add_custom_target(packed-${component} ALL)
    endif()
    add_dependencies(packed-${component} packed-${component}-${name})
    install(FILES ${packed} DESTINATION ${destination} COMPONENT ${component})
endfunction()

# ---- anchang ----
install(TARGETS anchangd RUNTIME DESTINATION sbin COMPONENT daemon)
install(TARGETS anchangctl RUNTIME DESTINATION bin COMPONENT daemon)
# Where cupsd looks, and not for others to run: then cupsd runs it as root, which it needs (backend(7)).
install(TARGETS once RUNTIME DESTINATION lib/cups/backend COMPONENT daemon
    PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ WORLD_READ)
install(DIRECTORY kiosk-ui/dist/ DESTINATION share/anchang/www COMPONENT daemon
    PATTERN ".*" EXCLUDE)
install(FILES daemon/systemd/anchangd.service DESTINATION ${UNIT_DIR} COMPONENT daemon)
install(FILES daemon/systemd/anchangd.sysusers DESTINATION lib/sysusers.d RENAME anchangd.conf
    COMPONENT daemon)
install(FILES daemon/systemd/anchangd.tmpfiles DESTINATION lib/tmpfiles.d RENAME anchangd.conf
    COMPONENT daemon)
install(FILES daemon/anchangd.conf DESTINATION /etc/anchangd COMPONENT daemon)
install(DIRECTORY drivers/models/ DESTINATION share/anchang/models COMPONENT daemon
    FILES_MATCHING PATTERN "*.model")
install(FILES udev/60-anchangd.rules DESTINATION /lib/udev/rules.d COMPONENT daemon)
install_packed(man/anchangd.8 anchangd.8 share/man/man8 daemon)
install_packed(man/anchangctl.1 anchangctl.1 share/man/man1 daemon)
install_packed(man/anchangd.conf.5 anchangd.conf.5 share/man/man5 daemon)
install_packed(CHANGELOG.md changelog share/doc/anchang daemon)
install(FILES README.md DESTINATION share/doc/anchang COMPONENT daemon)
install(FILES daemon/api/openapi.yaml DESTINATION share/doc/anchang COMPONENT daemon)
install(FILES cmake/deb/copyright DESTINATION share/doc/anchang COMPONENT daemon)

# ---- anchang-kiosk ----
install(PROGRAMS ${BOX}/anchang-kiosk DESTINATION libexec COMPONENT kiosk)
install(FILES ${BOX}/policy.json DESTINATION share/anchang-kiosk COMPONENT kiosk)
install(FILES ${BOX}/anchang-kiosk.service ${BOX}/anchang-kiosk-restart.service
    ${BOX}/anchang-kiosk-restart.timer DESTINATION ${UNIT_DIR} COMPONENT kiosk)
install(FILES ${BOX}/anchang-kiosk.sysusers DESTINATION lib/sysusers.d RENAME anchang-kiosk.conf
    COMPONENT kiosk)
install(FILES ${BOX}/anchang-kiosk.pam DESTINATION /etc/pam.d RENAME anchang-kiosk COMPONENT kiosk)
install(FILES ${BOX}/anchang-kiosk.conf DESTINATION /etc COMPONENT kiosk)
install(FILES ${BOX}/71-anchang-kiosk.rules DESTINATION /lib/udev/rules.d COMPONENT kiosk)
install(FILES ${BOX}/README.md DESTINATION share/doc/anchang-kiosk COMPONENT kiosk)
install_packed(CHANGELOG.md changelog share/doc/anchang-kiosk kiosk)
install(FILES cmake/deb/copyright DESTINATION share/doc/anchang-kiosk COMPONENT kiosk)

# ---- the packages ----
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL daemon kiosk)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # or it stands above each package's own
set(CPACK_PACKAGE_CONTACT "The Anchang authors <anchang@localhost>")
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(DEB ${CMAKE_SOURCE_DIR}/cmake/deb)
set(CPACK_DEBIAN_DAEMON_PACKAGE_NAME anchang)
set(CPACK_DEBIAN_DAEMON_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DAEMON_PACKAGE_DEPENDS "systemd, init-system-helpers, fonts-noto-cjk")
set(CPACK_DEBIAN_DAEMON_PACKAGE_SUGGESTS "pcscd, libccid, cups") # contactless readers; printers
set(CPACK_DEBIAN_DAEMON_DESCRIPTION
    "property sales office: database, API and pages
Owns the core sales database of one property sales office and serves its kiosk, counter and office
pages over a local HTTP API.")
set(CPACK_DEBIAN_DAEMON_PACKAGE_CONTROL_EXTRA
    "${DEB}/daemon/postinst;${DEB}/daemon/prerm;${DEB}/daemon/postrm;${DEB}/daemon/conffiles")

set(CPACK_DEBIAN_KIOSK_PACKAGE_NAME anchang-kiosk)
set(CPACK_DEBIAN_KIOSK_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_KIOSK_PACKAGE_SHLIBDEPS OFF)
# xwayland: cage 0.1.4 does not start without it, though nothing of ours speaks X.
set(CPACK_DEBIAN_KIOSK_PACKAGE_DEPENDS
    "systemd, init-system-helpers, iproute2, cage, xwayland, chromium, fonts-noto-cjk, libpam-systemd | seatd")
set(CPACK_DEBIAN_KIOSK_DESCRIPTION
    "property sales office: a box that shows the kiosk
One page on one screen: cage and Chromium as a user without rights, with a policy, a watchdog and a
nightly fresh start. Takes the first terminal over once it is enabled; enables nothing by itself.")
set(CPACK_DEBIAN_KIOSK_PACKAGE_CONTROL_EXTRA
    "${DEB}/kiosk/postinst;${DEB}/kiosk/prerm;${DEB}/kiosk/postrm;${DEB}/kiosk/conffiles")
include(CPack)
