package io.ringsight.app.rest;

import io.ringsight.app.api.Status;
import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.edit.ConfigChanges;
import io.ringsight.app.http.Content.Answering;
import io.ringsight.app.http.HttpCounter;
import io.ringsight.app.http.Page;
import io.ringsight.app.http.Query;
import io.ringsight.app.http.QueryException;
import io.ringsight.app.http.Route;
import io.ringsight.app.http.events.ServerSentEvents;
import io.ringsight.core.metrics.Counters;
import io.ringsight.sinks.EncodedMessage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Version 1 of the API, as {@code conf/schema/openapi.yaml} describes it. It reads what the daemon counts anyway: nothing is
 * done for a frame because of it.
 */
public final class RestApi {
    private static final String ROOT = "/api/v1";
    private static final List<String> KINDS = List.of("detections", "gaps");
    private static final int MAX_MESSAGES = 1_000;
    private static final int DEFAULT_MESSAGES = 100;

    private final Status status;
    private final Supplier<Config> running;
    private final RecentMessages recent;
    private final History history;

    /**
     * @param running the configuration as it runs now
     */
    public RestApi(Status status, Supplier<Config> running, RecentMessages recent, History history) {
        this.status = status;
        this.running = running;
        this.recent = recent;
        this.history = history;
    }

    /**
     * What there is to ask for.
     *
     * @param changes who reloads
     * @param metrics where events are counted that a client was too slow for
     */
    public List<Route> routes(ConfigChanges changes, Counters<HttpCounter> metrics) {
        return List.of(
                Route.view(ROOT + "/status", (Page) () -> json(Views.status(status))),
                Route.view(ROOT + "/sources", (Page) this::listSources),
                Route.view(ROOT + "/sources/{id}", (Answering) this::source),
                Route.view(ROOT + "/sources/{id}/history", (Answering) this::spans),
                Route.view(ROOT + "/models", (Page) this::models),
                Route.view(ROOT + "/configuration", (Page) () -> json(RunningConfiguration.of(running.get()))),
                Route.view(ROOT + "/messages", (Answering) this::messages),
                Route.view(ROOT + "/events", new ServerSentEvents(this::events, metrics)),
                Route.operate(ROOT + "/reload", () -> reloaded(changes.reload())));
    }

    private static Page.Answer json(Map<String, ?> object) {
        return Page.Answer.json(JsonObject.of(object) + "\n");
    }

    private Page.Answer listSources() {
        List<String> ids = status.sourceIds();
        recent.keepOnly(ids);
        return json(Map.of(
                "sources",
                ids.stream().map(id -> Views.source(id, status, history)).toList()));
    }

    private Page.Answer models() {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("models", Views.models(status));
        view.put("shadow", Views.shadow(status));
        return json(view);
    }

    private Page.Answer source(Query query) throws QueryException {
        return json(Views.source(find(query.only("id").text("id").orElseThrow()), status, history));
    }

    private Page.Answer spans(Query query) throws QueryException {
        String id = find(query.only("id").text("id").orElseThrow());
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", id);
        view.put("periodSeconds", History.PERIOD_SECONDS);
        view.put(
                "spans",
                status.source(id).stream()
                        .flatMap(source -> history.of(source).stream())
                        .map(Views::span)
                        .toList());
        return json(view);
    }

    /** The id, if a source has it. */
    private String find(String id) throws QueryException {
        if (status.stateOf(id) == null) {
            throw QueryException.notFound("there is no such source; " + ROOT + "/sources lists them");
        }
        return id;
    }

    private Page.Answer messages(Query query) throws QueryException {
        query.only("source", "type", "limit");
        String source = known(query);
        String kind = query.word("type", KINDS).orElse("");
        int limit = query.integer("limit", 1, MAX_MESSAGES, DEFAULT_MESSAGES);
        List<EncodedMessage> list = recent.list(source, !kind.equals("gaps"), !kind.equals("detections"), limit);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes("{\"messages\":[".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < list.size(); i++) {
            if (i > 0) {
                text.write(',');
            }
            text.writeBytes(list.get(i).bytes());
        }
        text.writeBytes("]}\n".getBytes(StandardCharsets.UTF_8));
        return new Page.Answer(200, "application/json", text.toByteArray());
    }

    /** The source asked for, which must be there; null for all. */
    private String known(Query query) throws QueryException {
        String source = query.text("source").orElse(null);
        return source == null ? null : find(source);
    }

    private AutoCloseable events(Query query, ServerSentEvents.Listener listener) throws QueryException {
        String source = known(query.only("source"));
        return recent.listen(message -> {
            if (source == null || source.equals(message.sourceId().value())) {
                listener.hear(message.type().wireName(), message.bytes());
            }
        });
    }

    private static Page.Answer reloaded(List<String> errors) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("applied", errors.isEmpty());
        view.put("errors", errors);
        Page.Answer answer = json(view);
        return errors.isEmpty() ? answer : new Page.Answer(409, answer.contentType(), answer.body());
    }
}
