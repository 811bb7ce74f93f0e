package io.ringsight.app.rest;

import io.ringsight.app.api.Status;
import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.http.Content.Answering;
import io.ringsight.app.http.Page;
import io.ringsight.app.http.Query;
import io.ringsight.app.http.QueryException;
import io.ringsight.app.http.Role;
import io.ringsight.app.http.Route;
import io.ringsight.client.VerdictMessage;
import io.ringsight.client.VerdictMessage.Place;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.evidence.EvidenceKey;
import io.ringsight.sinks.evidence.EvidenceRecorder;
import io.ringsight.sinks.review.ReviewState;
import io.ringsight.sinks.review.ReviewTotals;
import io.ringsight.sinks.review.ReviewedVerdict;
import io.ringsight.sinks.review.ReviewedVerdict.Missed;
import io.ringsight.sinks.review.Reviews;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The last verdicts with what people say of them: listed, confirmed or overruled, and how often people disagreed. */
public final class VerdictsApi {
    private static final String ROOT = "/api/v1/verdicts";
    private static final String ONE = ROOT + "/{source}/{epoch}/{number}";
    private static final int MAX_VERDICTS = 500;
    private static final int DEFAULT_VERDICTS = 50;
    private static final int MAX_NAME = 100;
    private static final List<String> GRADES = List.of("pass", "rework", "reject", "unknown");
    private static final int UNAVAILABLE = 503;

    private final Status status;
    private final Reviews reviews;

    public VerdictsApi(Status status, Reviews reviews) {
        this.status = status;
        this.reviews = reviews;
    }

    /** What there is to ask for and to say. */
    public List<Route> routes() {
        return List.of(
                Route.view(ROOT, (Answering) this::list),
                Route.view("/api/v1/reviews", (Page) this::rates),
                new Route("POST", ONE + "/review", Role.OPERATOR, (Answering) this::review),
                new Route("POST", ONE + "/missed", Role.OPERATOR, (Answering) this::missed));
    }

    private Page.Answer list(Query query) throws QueryException {
        query.only("source", "part", "grade", "state", "limit");
        Optional<String> grade = query.word("grade", GRADES);
        Optional<String> state = query.word("state", ReviewState.names());
        List<ReviewedVerdict> wanted = reviews.list().stream()
                .filter(one -> is(query.text("source"), one.verdict().identity().sourceId()))
                .filter(one -> is(query.text("part"), one.verdict().part().id()))
                .filter(one -> is(grade, one.verdict().judgement().grade()))
                .filter(one -> is(state, one.state().wireName()))
                .limit(query.integer("limit", 1, MAX_VERDICTS, DEFAULT_VERDICTS))
                .toList();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes(bytes("{\"verdicts\":["));
        for (int i = 0; i < wanted.size(); i++) {
            text.writeBytes(bytes(i == 0 ? "" : ","));
            write(text, wanted.get(i));
        }
        text.writeBytes(bytes("]}\n"));
        return new Page.Answer(200, "application/json", text.toByteArray());
    }

    private static boolean is(Optional<String> wanted, String got) {
        return wanted.map(got::equals).orElse(true);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void write(ByteArrayOutputStream out, ReviewedVerdict reviewed) {
        Map<String, Object> review = new LinkedHashMap<>();
        review.put("state", reviewed.state().wireName());
        review.put(
                "defects",
                reviewed.defects().stream().map(ReviewState::wireName).toList());
        review.put("missed", reviewed.missed().stream().map(VerdictsApi::view).toList());
        review.put("by", reviewed.last().map(ReviewedVerdict.Said::by).orElse(null));
        review.put("at", reviewed.last().map(said -> Times.text(said.utcNs())).orElse(null));
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("review", review);
        all.put("evidence", evidence(reviewed.verdict()));
        String head = JsonObject.of(all);
        out.writeBytes(bytes(head.substring(0, head.length() - 1) + ",\"message\":"));
        out.writeBytes(reviewed.json());
        out.write('}');
    }

    private static Map<String, Object> view(Missed missed) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("class", missed.label());
        view.put(
                "place",
                missed.place()
                        .map(at -> Map.of(
                                "x", at.centerX(), "y", at.centerY(), "width", at.width(), "height", at.height()))
                        .orElse(null));
        return view;
    }

    /** Ids of its frames whose pictures are kept. */
    private List<String> evidence(VerdictMessage verdict) {
        Optional<EvidenceRecorder> recorder = status.evidence();
        return recorder.isEmpty()
                ? List.of()
                : verdict.seen().frames().stream()
                        .map(frame -> new EvidenceKey(
                                verdict.identity().sourceId(),
                                verdict.identity().streamEpoch(),
                                frame))
                        .filter(key -> recorder.get().find(key).isPresent())
                        .map(EvidenceKey::messageId)
                        .toList();
    }

    private ReviewedVerdict find(Query query) throws QueryException {
        String source = query.text("source").orElseThrow();
        String id = source
                + '/'
                + query.text("epoch").orElseThrow()
                + '/'
                + query.text("number").orElseThrow();
        return Optional.of(source)
                .filter(SourceId::isValid)
                .flatMap(valid -> reviews.find(new SourceId(valid), id))
                .orElseThrow(() -> QueryException.notFound(
                        "there is no such verdict, or it is not remembered any more; " + ROOT + " lists them"));
    }

    private Page.Answer review(Query query) throws QueryException {
        ReviewedVerdict verdict = find(query.only("source", "epoch", "number", "state", "defect", "by"));
        ReviewState state = query.word("state", ReviewState.names())
                .map(ReviewState::of)
                .orElseThrow(
                        () -> QueryException.wrong("state: expected one of " + String.join(", ", ReviewState.names())));
        int last = verdict.defects().size() - 1;
        int defect = query.integer("defect", 0, Math.max(0, last), -1);
        if (defect > last) {
            throw QueryException.wrong("defect: expected none, because the verdict has no defects");
        }
        String by = name(query, "by");
        return kept(() -> reviews.review(verdict, defect, state, by));
    }

    private Page.Answer missed(Query query) throws QueryException {
        ReviewedVerdict verdict = find(query.only("source", "epoch", "number", "class", "place", "by"));
        String label = name(query, "class");
        if (label.isEmpty()) {
            throw QueryException.wrong("class: expected the class of the defect that was missed");
        }
        if (verdict.missed().size() >= ReviewedVerdict.MAX_MISSED) {
            throw QueryException.wrong(
                    "expected at most " + ReviewedVerdict.MAX_MISSED + " missed defects of one part");
        }
        Missed missed = new Missed(label, place(query));
        String by = name(query, "by");
        return kept(() -> reviews.missed(verdict, missed, by));
    }

    private static String name(Query query, String key) throws QueryException {
        String text = query.text(key).orElse("");
        if (text.length() > MAX_NAME || text.chars().anyMatch(Character::isISOControl)) {
            throw QueryException.wrong(key + ": expected at most " + MAX_NAME + " printable characters");
        }
        return text;
    }

    private static Optional<Place> place(Query query) throws QueryException {
        Optional<String> text = query.text("place");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!text.get().matches("(?:[01](?:\\.[0-9]{1,9})?,){3}[01](?:\\.[0-9]{1,9})?")) {
            throw QueryException.wrong(
                    "place: expected x,y,width,height of a box by its middle, fractions of the picture from 0 to 1");
        }
        String[] parts = text.get().split(",");
        return Optional.of(new Place(
                Double.parseDouble(parts[0]),
                Double.parseDouble(parts[1]),
                Double.parseDouble(parts[2]),
                Double.parseDouble(parts[3])));
    }

    /** Something that is to be on the disk before it is answered. */
    private interface Keeping {
        ReviewedVerdict keep() throws IOException;
    }

    private Page.Answer kept(Keeping keeping) {
        try {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            write(text, keeping.keep());
            text.write('\n');
            return new Page.Answer(200, "application/json", text.toByteArray());
        } catch (IOException e) {
            return Page.Answer.text(UNAVAILABLE, "this could not be put on the disk of parts.dir: " + e + "\n");
        }
    }

    private Page.Answer rates() {
        List<Map<String, Object>> sources = reviews.totals().entrySet().stream()
                .map(each -> {
                    Map<String, Object> view = new LinkedHashMap<>();
                    view.put("source", each.getKey());
                    view.put(
                            "classes",
                            each.getValue().classes().entrySet().stream()
                                    .map(one -> rates(one.getKey(), one.getValue()))
                                    .toList());
                    return view;
                })
                .toList();
        return Page.Answer.json(JsonObject.of(Map.of("sources", sources)) + "\n");
    }

    private static Map<String, Object> rates(String label, ReviewTotals.OfClass counts) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("class", label);
        view.put("confirmed", counts.confirmed());
        view.put("rejected", counts.rejected());
        view.put("accepted", counts.accepted());
        view.put("repaired", counts.repaired());
        view.put("missed", counts.missed());
        view.put("falseCallRate", counts.falseCallRate());
        view.put("escapeRate", counts.escapeRate());
        return view;
    }
}
