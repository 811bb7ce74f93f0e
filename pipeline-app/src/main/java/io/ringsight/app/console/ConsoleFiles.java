package io.ringsight.app.console;

import io.ringsight.app.http.Content;
import io.ringsight.app.http.Page;
import io.ringsight.app.http.Query;
import io.ringsight.app.http.QueryException;
import io.ringsight.app.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The console: a page for people, made of files in the program. It asks the API for everything and nobody else for
 * anything, so it works without a network beyond this machine. Any thread.
 */
public final class ConsoleFiles {
    private static final String INDEX = "index.html";
    private static final List<String> NAMES = List.of(
            INDEX,
            "console.css",
            "uplot.css",
            "icon.svg",
            "add.js",
            "app.js",
            "boards.js",
            "camera.js",
            "charts.js",
            "daemon.js",
            "dom.js",
            "evidence.js",
            "gallery.js",
            "grid.js",
            "live.js",
            "manage.js",
            "picture.js",
            "shapes.js",
            "system.js",
            "timeline.js",
            "uplot.js",
            "zones.js");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");
    /** Only the program's own files and answers, nothing inline, no frame around it. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self';"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Map<String, Page.Answer> answers = new HashMap<>();

    public ConsoleFiles() {
        NAMES.forEach(name -> answers.put(name, read(name)));
    }

    private static Page.Answer read(String name) {
        try (InputStream in = ConsoleFiles.class.getResourceAsStream(name)) {
            String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            return new Page.Answer(200, type, in.readAllBytes(), Map.of("Content-Security-Policy", POLICY));
        } catch (IOException e) {
            throw new UncheckedIOException("the program's own file " + name + " cannot be read", e);
        }
    }

    /** What there is to ask for. */
    public List<Route> routes() {
        return List.of(
                Route.view("/", (Page) () -> answers.get(INDEX)),
                Route.view("/console/{file}", (Content.Answering) this::file));
    }

    private Page.Answer file(Query query) throws QueryException {
        Page.Answer answer = answers.get(query.only("file").text("file").orElseThrow());
        if (answer == null) {
            throw QueryException.notFound("the console has no such file");
        }
        return answer;
    }
}
