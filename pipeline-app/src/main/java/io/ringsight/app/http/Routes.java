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
     * @param methods all that the path has
     */
    record Found(Served served, Map<String, String> values, List<String> methods) {}

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

    /** What the path has for the method; where it has nothing for it, what it has for another. */
    Optional<Found> find(String path, String method) {
        List<String> asked = path == null ? List.of() : parts(path);
        List<Served> there = all.stream()
                .filter(served -> match(served.parts(), asked).isPresent())
                .toList();
        if (there.isEmpty()) {
            return Optional.empty();
        }
        Served first = there.get(0);
        List<Served> ofPath = there.stream()
                .filter(served -> served.parts().equals(first.parts()))
                .toList();
        Served served = ofPath.stream()
                .filter(each -> methods(each).contains(method))
                .findFirst()
                .orElse(first);
        return Optional.of(new Found(
                served,
                match(first.parts(), asked).orElseThrow(),
                ofPath.stream().flatMap(each -> methods(each).stream()).toList()));
    }

    private static List<String> methods(Served served) {
        String method = served.route().method();
        return method.equals("GET") ? List.of(method, "HEAD") : List.of(method);
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
        return all.stream().map(served -> served.route().path()).distinct().collect(Collectors.joining(" "));
    }
}
