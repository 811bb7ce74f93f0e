package io.ringsight.app.rest;

import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.SourceConfig;
import io.ringsight.app.config.edit.ConfigChanges;
import io.ringsight.app.config.edit.EditException;
import io.ringsight.app.config.edit.SourceEdit;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.http.Page;
import io.ringsight.app.http.Query;
import io.ringsight.app.http.QueryException;
import io.ringsight.app.http.Route;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sources.spec.SourceSpec;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Adds, changes, pauses and removes sources while the others run, and tries one. What a source says is what the configuration
 * says, and read by the same reader. One change at a time; the server's threads do not wait for it.
 */
public final class SourcesApi implements AutoCloseable {
    private static final String ROOT = "/api/v1/sources";
    private static final String ONE = ROOT + "/{id}";
    private static final int CREATED = 201;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int WRONG = 422;
    private static final int UNAVAILABLE = 503;
    private static final int MAX_CHANGES = 16;
    private static final int MAX_TRIALS = 2;
    private static final List<String> TRUTHS = List.of("true", "false");
    /** They name files, or are FFmpeg's: who may write the configuration's file says them there. */
    private static final List<String> OF_THE_FILE = List.of("caFile", "options", "parts");
    /** In front of the sentence about a source: the file, the line and the source's place in the file. */
    private static final Pattern PLACE = Pattern.compile("^.*?:\\d+: (?:sources\\[(\\d+)]\\.)?");

    private final ConfigChanges changes;
    private final Supplier<Config> running;
    private final WaitingLine line = new WaitingLine("source-changes", 1, MAX_CHANGES);
    private final WaitingLine trials = new WaitingLine("source-trials", MAX_TRIALS, MAX_TRIALS);

    /** @param running the configuration as it runs now */
    public SourcesApi(ConfigChanges changes, Supplier<Config> running) {
        this.changes = changes;
        this.running = running;
    }

    /** What there is to have done. */
    public List<Route> routes() {
        return List.of(
                Route.change("POST", ROOT, this::add),
                Route.change("PATCH", ONE, this::change),
                Route.change("DELETE", ONE, this::remove),
                Route.change("POST", ONE + "/pause", (query, body) -> pause(query, body, true)),
                Route.change("POST", ONE + "/resume", (query, body) -> pause(query, body, false)),
                Route.change("POST", "/api/v1/probe", this::probe));
    }

    private CompletionStage<Page.Answer> add(Query query, String body) throws QueryException {
        boolean save = save(query.only("save"));
        Map<String, Object> keys = keys(body);
        return later(SourceEdit.add(id(keys), keys), save, CREATED);
    }

    private CompletionStage<Page.Answer> change(Query query, String body) throws QueryException {
        boolean save = save(query.only("id", "save"));
        Map<String, Object> keys = keys(body);
        if (keys.containsKey("id")) {
            throw QueryException.wrong("id: expected the keys that change; an id does not: add another source");
        }
        String id = known(query);
        if (keys.containsKey("uri") && !keys.containsKey("password") && hasPassword(id)) {
            throw QueryException.wrong(
                    "uri: expected password beside it (null: none): the present one is not sent elsewhere");
        }
        return later(SourceEdit.change(id, keys), save, 200);
    }

    private boolean hasPassword(String id) {
        return running(id)
                .filter(source -> source.spec() instanceof SourceSpec.Network network
                        && !Objects.requireNonNullElse(network.password(), "").isEmpty())
                .isPresent();
    }

    private CompletionStage<Page.Answer> remove(Query query, String body) throws QueryException {
        boolean save = save(query.only("id", "save"));
        expectNothing(body);
        return later(SourceEdit.remove(known(query)), save, 200);
    }

    private CompletionStage<Page.Answer> pause(Query query, String body, boolean isPaused) throws QueryException {
        boolean save = save(query.only("id", "save"));
        expectNothing(body);
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("paused", isPaused ? true : null);
        return later(SourceEdit.change(known(query), keys), save, 200);
    }

    private CompletionStage<Page.Answer> probe(Query query, String body) throws QueryException {
        query.only();
        Map<String, Object> keys = keys(body);
        SourceEdit edit = SourceEdit.add(id(keys), keys);
        return trials.run(() -> {
            try {
                SourceConfig source = changes.tried(edit).sources().stream()
                        .filter(each -> each.id().value().equals(edit.id()))
                        .findFirst()
                        .orElseThrow();
                return Page.Answer.json(JsonObject.of(SourceTrial.of(source)) + "\n");
            } catch (ConfigException e) {
                return outcome(edit, WRONG, new ConfigChanges.Outcome(e.mistakes(), false, ""));
            }
        });
    }

    private static boolean save(Query query) throws QueryException {
        return query.word("save", TRUTHS).map(Boolean::valueOf).orElse(false);
    }

    private static void expectNothing(String body) throws QueryException {
        if (!body.isEmpty()) {
            throw QueryException.wrong("expected no body");
        }
    }

    private static Map<String, Object> keys(String body) throws QueryException {
        Map<String, Object> keys = JsonBody.read(body);
        for (String key : OF_THE_FILE) {
            if (keys.containsKey(key)) {
                throw QueryException.wrong(key + ": expected in the configuration's file only, not from here");
            }
        }
        return keys;
    }

    private static String id(Map<String, Object> keys) throws QueryException {
        Object id = keys.get("id");
        if (!(id instanceof String text) || !SourceId.isValid(text)) {
            throw QueryException.wrong(
                    "id: expected 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit");
        }
        return text;
    }

    private String known(Query query) throws QueryException {
        String id = query.text("id").orElseThrow();
        if (running(id).isEmpty()) {
            throw QueryException.notFound("there is no such source; " + ROOT + " lists them");
        }
        return id;
    }

    private Optional<SourceConfig> running(String id) {
        return running.get().sources().stream()
                .filter(source -> source.id().value().equals(id))
                .findFirst();
    }

    private CompletionStage<Page.Answer> later(SourceEdit edit, boolean save, int done) throws QueryException {
        return line.run(() -> {
            Optional<SourceConfig> before = running(edit.id());
            ConfigChanges.Outcome outcome = changes.change(edit, save);
            Optional<SourceConfig> now = running(edit.id());
            // what runs on by the very configuration of before did not stop
            boolean isStuck = outcome.applied() && before.isPresent() && now.isPresent() && before.get() == now.get();
            if (isStuck) {
                return outcome(
                        edit,
                        CONFLICT,
                        new ConfigChanges.Outcome(
                                List.of("it did not stop in time and runs on as it did; try again"),
                                outcome.saved(),
                                ""));
            }
            int status = !outcome.applied() ? WRONG : outcome.unsaved().isEmpty() ? done : UNAVAILABLE;
            return outcome(edit, status, outcome);
        });
    }

    private Page.Answer outcome(SourceEdit edit, int status, ConfigChanges.Outcome outcome) {
        List<SourceConfig> sources = running.get().sources();
        int index = running(edit.id()).map(sources::indexOf).orElse(sources.size());
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", edit.id());
        view.put("applied", outcome.applied());
        view.put("saved", outcome.saved());
        view.put(
                "errors",
                outcome.unsaved().isEmpty()
                        ? outcome.errors().stream()
                                .map(error -> withoutPlace(error, index))
                                .toList()
                        : List.of(outcome.unsaved()));
        return new Page.Answer(
                status, "application/json", (JsonObject.of(view) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The sentence alone where it is about this source. */
    private static String withoutPlace(String error, int index) {
        Matcher place = PLACE.matcher(error);
        boolean isOfSource = place.find() && String.valueOf(index).equals(place.group(1));
        return isOfSource ? error.substring(place.end()) : error;
    }

    /** An {@link EditException} that ended a change, as an answer. */
    static Page.Answer refusal(EditException refused) {
        int status = refused.kind() == EditException.Kind.NOT_FOUND ? NOT_FOUND : CONFLICT;
        return Page.Answer.text(status, refused.getMessage() + "\n");
    }

    @Override
    public void close() {
        line.close();
        trials.close();
    }
}
