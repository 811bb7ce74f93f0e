package io.ringsight.app.tools.doctor;

import java.util.Map;

/** Which packages bring the few system libraries that native code here asks for. */
final class Packages {
    /** By library: Debian's and Ubuntu's package, Fedora's and RHEL's. */
    private static final Map<String, String[]> OF = Map.of(
            "libudev.so.1", new String[] {"libudev1", "systemd-libs"},
            "libstdc++.so.6", new String[] {"libstdc++6", "libstdc++"},
            "libgcc_s.so.1", new String[] {"libgcc-s1", "libgcc"});

    private Packages() {}

    /** The loader's message, with what to install if it names a library that is known here. */
    static String advise(String message) {
        for (Map.Entry<String, String[]> entry : OF.entrySet()) {
            if (message.contains(entry.getKey() + ":")) {
                String[] packages = entry.getValue();
                return entry.getKey() + " is not installed: apt-get install " + packages[0] + ", or dnf install "
                        + packages[1];
            }
        }
        return message;
    }
}
