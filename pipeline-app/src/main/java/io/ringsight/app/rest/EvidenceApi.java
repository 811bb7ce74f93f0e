package io.ringsight.app.rest;

import io.ringsight.app.api.Status;
import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.http.Content.Answering;
import io.ringsight.app.http.Content.OfFile;
import io.ringsight.app.http.Content.Served;
import io.ringsight.app.http.Page;
import io.ringsight.app.http.Query;
import io.ringsight.app.http.QueryException;
import io.ringsight.app.http.Route;
import io.ringsight.sinks.evidence.EvidenceItem;
import io.ringsight.sinks.evidence.EvidenceKey;
import io.ringsight.sinks.evidence.EvidenceQuery;
import io.ringsight.sinks.evidence.EvidenceRecorder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The pictures and clips that are kept: listed by camera, class and time, and each as a file. An address is looked up among those that
 * are there and never becomes a path, so none leads elsewhere.
 */
public final class EvidenceApi {
    static final String ROOT = "/api/v1/evidence";
    private static final int MAX_ITEMS = 500;
    private static final int DEFAULT_ITEMS = 60;
    private static final String BEFORE = "before";
    /** One that is there never changes. */
    private static final Map<String, String> FOR_A_DAY = Map.of("Cache-Control", "private, max-age=86400, immutable");

    private static final Map<String, String> TYPES =
            Map.of("jpg", "image/jpeg", "json", "application/json", "mp4", "video/mp4");
    private static final Map<String, Object> OFF = Map.of(
            "state", "off",
            "meaning", "no pictures are kept; the configuration has no section evidence",
            "pictures", 0,
            "bytes", 0,
            "maxBytes", 0);

    private final Status status;

    public EvidenceApi(Status status) {
        this.status = status;
    }

    /** What there is to ask for. */
    public List<Route> routes() {
        return List.of(
                Route.view(ROOT, (Answering) this::list),
                Route.view(ROOT + "/{source}/{epoch}/{number}", (Answering) this::about),
                Route.view(ROOT + "/{source}/{epoch}/{number}/{file}", (OfFile) this::file));
    }

    private EvidenceRecorder recorder() throws QueryException {
        return status.evidence().orElseThrow(EvidenceApi::none);
    }

    private Page.Answer list(Query query) throws QueryException {
        query.only("source", "class", "from", "to", BEFORE, "limit");
        int limit = query.integer("limit", 1, MAX_ITEMS, DEFAULT_ITEMS);
        EvidenceQuery wanted = new EvidenceQuery(
                query.text("source"),
                query.text("class"),
                Times.utcNs(query, "from", Long.MIN_VALUE),
                Times.utcNs(query, "to", Long.MAX_VALUE),
                before(query),
                limit);
        List<EvidenceItem> items =
                status.evidence().map(recorder -> recorder.list(wanted)).orElse(List.of());
        Map<String, Object> view =
                new LinkedHashMap<>(status.evidence().map(EvidenceApi::state).orElse(OFF));
        view.put("items", items.stream().map(this::view).toList());
        view.put(
                "next", items.size() < limit ? null : items.get(limit - 1).key().messageId());
        return Page.Answer.json(JsonObject.of(view) + "\n");
    }

    /** How keeping pictures stands. */
    static Map<String, Object> state(EvidenceRecorder recorder) {
        Map<String, Object> view = new LinkedHashMap<>();
        EvidenceRecorder.State state = recorder.state();
        view.put("state", state.state().wireName());
        view.put("meaning", state.state().sentence() + (state.detail().isEmpty() ? "" : ": " + state.detail()));
        view.put("pictures", recorder.size());
        view.put("bytes", recorder.bytes());
        view.put("maxBytes", recorder.spec().maxBytes());
        return view;
    }

    private static Optional<EvidenceKey> before(Query query) throws QueryException {
        Optional<String> text = query.text(BEFORE);
        Optional<EvidenceKey> key = text.flatMap(EvidenceKey::ofMessage);
        if (text.isPresent() && key.isEmpty()) {
            throw QueryException.wrong(BEFORE + ": expected the id of one in the list, as next says it");
        }
        return key;
    }

    private Map<String, Object> view(EvidenceItem item) {
        Map<String, Object> view = new LinkedHashMap<>();
        String id = item.key().messageId();
        view.put("id", id);
        view.put("source", item.key().sourceId());
        view.put("takenAt", Times.text(item.takenUtcNs()));
        view.put("keptAt", Times.text(item.keptUtcNs()));
        view.put("classes", item.labels());
        view.put("rules", item.rules());
        view.put("objects", item.objects());
        EvidenceItem.Box crop = item.crop();
        view.put("crop", List.of(crop.left(), crop.top(), crop.width(), crop.height()));
        view.put(
                "clip",
                status.evidence()
                        .flatMap(recorder -> recorder.clipOf(item))
                        .map(EvidenceKey::messageId)
                        .orElse(null));
        view.put("bytes", item.bytes());
        return view;
    }

    private EvidenceKey key(Query query) throws QueryException {
        return EvidenceKey.of(
                        query.text("source").orElseThrow(),
                        query.text("epoch").orElseThrow(),
                        query.text("number").orElseThrow())
                .orElseThrow(EvidenceApi::none);
    }

    private static QueryException none() {
        return QueryException.notFound("there is no such picture, or it has grown old; " + ROOT + " lists them");
    }

    private Page.Answer about(Query query) throws QueryException {
        query.only("source", "epoch", "number");
        EvidenceItem item = recorder().find(key(query)).orElseThrow(EvidenceApi::none);
        return Page.Answer.json(JsonObject.of(view(item)) + "\n");
    }

    private Served file(Query query) throws QueryException {
        query.only("source", "epoch", "number", "file");
        String file = query.text("file").orElseThrow();
        Path path = recorder().file(key(query), file).orElseThrow(EvidenceApi::none);
        return new Served(path, TYPES.get(file.substring(file.lastIndexOf('.') + 1)), FOR_A_DAY);
    }
}
