package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringsight.client.CaptureTime;
import io.ringsight.client.Coverage;
import io.ringsight.client.Detection;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.FrameTimes;
import io.ringsight.client.GapMessage;
import io.ringsight.client.Identity;
import io.ringsight.client.ModelIdentity;
import io.ringsight.client.PictureSize;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What was read so far of the fields that only frames, or only gaps, have. */
final class ContentFields {
    private OptionalLong ptsNs;
    private FrameTimes.Stages stages;
    private PictureSize picture;
    private ModelIdentity model;
    private Optional<String> suspect = Optional.empty();
    private Map<String, ModelIdentity> attributeModels = Map.of();
    private Optional<String> evidence = Optional.empty();
    private Optional<String> clip = Optional.empty();
    private List<Detection> objects;
    private Optional<String> detail;
    private Instant since;
    private Optional<Instant> until;

    void field(String name, JsonParser in) throws IOException, MessageFormatException {
        switch (name) {
            case "ptsNs" -> ptsNs = pts(in);
            case "stages" -> stages = stages(in);
            case "frame" -> picture = picture(in);
            case "model" -> model = model(in);
            case "attributeModels" -> attributeModels = models(in);
            case "suspect" -> suspect = Optional.of(JsonFields.text(in));
            case "evidence" -> evidence = Optional.of(JsonFields.text(in));
            case "clip" -> clip = Optional.of(JsonFields.text(in));
            case "objects" -> objects = objects(in);
            case "detail" -> detail = JsonFields.isNull(in) ? Optional.empty() : Optional.of(JsonFields.text(in));
            case "since" -> since = JsonFields.time(in);
            case "until" -> until = JsonFields.isNull(in) ? Optional.empty() : Optional.of(JsonFields.time(in));
            default -> {
                // newer than this version
            }
        }
    }

    FrameMessage frame(Identity identity, Coverage coverage, CaptureTime capture, Instant publishedAt)
            throws MessageFormatException {
        FrameTimes times = new FrameTimes(
                MessageFields.need(ptsNs, "ptsNs"), capture, MessageFields.need(stages, "stages"), publishedAt);
        return new FrameMessage(
                identity,
                coverage,
                times,
                MessageFields.need(picture, "frame"),
                MessageFields.need(model, "model"),
                suspect,
                new FrameMessage.Notes(attributeModels, evidence, clip),
                MessageFields.need(objects, "objects"));
    }

    GapMessage gap(Identity identity, Coverage coverage, String reason, Instant publishedAt)
            throws MessageFormatException {
        GapMessage.Span span =
                new GapMessage.Span(MessageFields.need(since, "since"), MessageFields.need(until, "until"));
        return new GapMessage(identity, coverage, reason, MessageFields.need(detail, "detail"), span, publishedAt);
    }

    private static OptionalLong pts(JsonParser in) throws IOException, MessageFormatException {
        return JsonFields.isNull(in)
                ? OptionalLong.empty()
                : OptionalLong.of(JsonFields.integer(in, Long.MIN_VALUE, Long.MAX_VALUE));
    }

    private static FrameTimes.Stages stages(JsonParser in) throws IOException, MessageFormatException {
        long[] ns = numbers(in, Long.MAX_VALUE, "decodeNs", "queueNs", "preprocessNs", "inferNs", "postNs");
        return new FrameTimes.Stages(ns[0], ns[1], ns[2], ns[3], ns[4]);
    }

    private static PictureSize picture(JsonParser in) throws IOException, MessageFormatException {
        long[] size = numbers(in, Integer.MAX_VALUE, "width", "height");
        return new PictureSize((int) size[0], (int) size[1]);
    }

    /** The integers of an object from 0 on; all must be there. */
    private static long[] numbers(JsonParser in, long max, String... names) throws IOException, MessageFormatException {
        long[] numbers = new long[names.length];
        Arrays.fill(numbers, -1);
        String object = in.currentName();
        JsonFields.object(in, (name, value) -> {
            int index = index(names, name);
            if (index >= 0) {
                numbers[index] = JsonFields.integer(value, 0, max);
            }
        });
        for (int i = 0; i < names.length; i++) {
            MessageFields.need(numbers[i] < 0 ? null : names[i], object + '.' + names[i]);
        }
        return numbers;
    }

    private static int index(String[] names, String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static ModelIdentity model(JsonParser in) throws IOException, MessageFormatException {
        String[] names = {"name", "version", "sha256", "precision", "backend"};
        String[] texts = new String[names.length];
        JsonFields.object(in, (name, value) -> {
            int index = index(names, name);
            if (index >= 0) {
                texts[index] = JsonFields.text(value);
            }
        });
        for (int i = 0; i < names.length; i++) {
            MessageFields.need(texts[i], "model." + names[i]);
        }
        return new ModelIdentity(texts[0], texts[1], texts[2], texts[3], texts[4]);
    }

    private static Map<String, ModelIdentity> models(JsonParser in) throws IOException, MessageFormatException {
        Map<String, ModelIdentity> models = new LinkedHashMap<>();
        JsonFields.object(in, (name, value) -> models.put(name, model(value)));
        return models;
    }

    private static List<Detection> objects(JsonParser in) throws IOException, MessageFormatException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw JsonFields.wrong(in, "an array");
        }
        List<Detection> objects = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            DetectionFields fields = new DetectionFields();
            JsonFields.object(in, fields);
            objects.add(fields.detection());
        }
        return objects;
    }
}
