package io.ringsight.app.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the route of a path. */
final class Routes {
    /** A route, and the page behind it shared by all who ask, if it is one. */
    record Served(Route route, SharedPage page, List<String> parts) {}

    /**
     * What is at a path.
     *
     * @param served what
     * @param values of the path's parts in braces
     */
    record Found(Served served, Map<String, String> values) {}

    private final List<Served> all = new ArrayList<>();

    Routes(List<Route> routes) {
        for (Route route : routes) {
            SharedPage page = route.content() instanceof Page shared ? new SharedPage(shared) : null;
            all.add(new Served(route, page, parts(route.path())));
        }
    }

    private static List<String> parts(String path) {
        return List.of(path.split("/", -1));
    }

    Optional<Found> find(String path) {
        List<String> asked = path == null ? List.of() : parts(path);
        for (Served served : all) {
            Optional<Map<String, String>> values = match(served.parts(), asked);
            if (values.isPresent()) {
                return Optional.of(new Found(served, values.get()));
            }
        }
        return Optional.empty();
    }

    private static Optional<Map<String, String>> match(List<String> parts, List<String> asked) {
        if (parts.size() != asked.size()) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            String part = parts.get(i);
            if (part.startsWith("{")) {
                values.put(part.substring(1, part.length() - 1), asked.get(i));
            } else if (!part.equals(asked.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }

    /** Every path, for people. */
    String paths() {
        return all.stream().map(served -> served.route().path()).collect(Collectors.joining(" "));
    }
}
