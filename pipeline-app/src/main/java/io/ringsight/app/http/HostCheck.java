package io.ringsight.app.http;

import io.ringsight.app.config.HttpConfig;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Whether a request is meant for this server. A page of another site may call a name of its own that leads to this
 * machine (DNS rebinding): such a name is not known here. Where other machines can connect and no names are configured,
 * every name is taken: there the token protects.
 */
final class HostCheck {
    private final Set<String> names = new HashSet<>();
    private final boolean any;

    HostCheck(HttpConfig config) {
        any = !config.isLoopback() && config.hosts().isEmpty();
        names.add("localhost");
        names.add(config.bind().toLowerCase(Locale.ROOT));
        config.hosts().forEach(host -> names.add(host.toLowerCase(Locale.ROOT)));
    }

    /** Whether the name in the request, without its port, is one of ours; null is a client that names none. */
    boolean isOurs(String host) {
        if (any || host == null) {
            return true;
        }
        String name = host.toLowerCase(Locale.ROOT);
        boolean isLoopback = name.equals("[::1]") || name.equals("::1") || name.matches("127(\\.[0-9]{1,3}){3}");
        return isLoopback || names.contains(name);
    }
}
