package io.ringsight.app.rest;

import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.http.Content.Answering;
import io.ringsight.app.http.Page;
import io.ringsight.app.http.Query;
import io.ringsight.app.http.QueryException;
import io.ringsight.app.http.Role;
import io.ringsight.app.http.Route;
import io.ringsight.core.analyse.verdict.Announcement;
import io.ringsight.core.analyse.verdict.Announcing;
import io.ringsight.core.analyse.verdict.PartLine;
import io.ringsight.core.decision.Recipe;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.Clock;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Announces a part that comes: {@code POST /api/v1/sources/ID/parts?part=SERIAL}. The answer says that there will be one
 * verdict; the verdict itself is a message.
 */
public final class PartsApi {
    private static final int ACCEPTED = 202;
    private static final int UNAVAILABLE = 503;
    private static final String AT = "at";
    private static final String RECIPE = "recipe";
    private static final String REVISION = "revision";

    private final Announcing announcing;
    private final Clock clock;

    public PartsApi(Announcing announcing, Clock clock) {
        this.announcing = announcing;
        this.clock = clock;
    }

    /** Where to announce. */
    public Route route() {
        return new Route("POST", "/api/v1/sources/{id}/parts", Role.OPERATOR, (Answering) this::announce);
    }

    private Page.Answer announce(Query query) throws QueryException {
        query.only("id", "part", RECIPE, REVISION, AT);
        String source = query.text("id").orElseThrow();
        String part = query.text("part").orElse("");
        Optional<String> problem = Announcement.problem(part);
        if (problem.isPresent()) {
            throw QueryException.wrong("part: " + problem.get());
        }
        Announcement announcement = new Announcement(part, recipe(query), Times.utcNs(query, AT, clock.epochNanos()));
        Optional<PartLine.Announced> outcome =
                SourceId.isValid(source) ? announcing.announce(new SourceId(source), announcement) : Optional.empty();
        return answer(
                part,
                outcome.orElseThrow(
                        () -> QueryException.notFound(
                                "there is no source of this name whose parts are announced so; it needs parts: {trigger: http}")));
    }

    private static Page.Answer answer(String part, PartLine.Announced outcome) throws QueryException {
        return switch (outcome) {
            case TAKEN, TOO_MANY -> json(ACCEPTED, part, true);
            case KNOWN -> json(200, part, false);
            case TOO_FAR -> throw QueryException.wrong("at: expected a time nearer to now than the deadline");
            case STOPPED -> Page.Answer.text(UNAVAILABLE, "the source is not running; there will be no verdict\n");
        };
    }

    private static Page.Answer json(int status, String part, boolean isNew) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("part", part);
        view.put("new", isNew);
        return new Page.Answer(
                status, "application/json", (JsonObject.of(view) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<Recipe> recipe(Query query) throws QueryException {
        String name = shortText(query, RECIPE);
        String revision = shortText(query, REVISION);
        return name.isEmpty() && revision.isEmpty() ? Optional.empty() : Optional.of(new Recipe(name, revision));
    }

    private static String shortText(Query query, String key) throws QueryException {
        String text = query.text(key).orElse("");
        if (text.length() > Recipe.MAX_LENGTH || text.chars().anyMatch(Character::isISOControl)) {
            throw QueryException.wrong(key + ": expected at most " + Recipe.MAX_LENGTH + " printable characters");
        }
        return text;
    }
}
