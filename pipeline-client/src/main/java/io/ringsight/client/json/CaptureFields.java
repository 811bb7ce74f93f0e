package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonParser;
import io.ringsight.client.CaptureTime;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** What was read of a {@code captureTime}. */
final class CaptureFields implements JsonFields.FieldReader {
    /** Whether all must be right; else what is not is not there. */
    private final boolean isStrict;

    private Instant utc;
    private String clock;
    private OptionalLong uncertaintyUs = OptionalLong.empty();

    CaptureFields(boolean isStrict) {
        this.isStrict = isStrict;
    }

    @Override
    public void field(String name, JsonParser in) throws IOException, MessageFormatException {
        switch (name) {
            case "utc" -> utc = JsonFields.isNull(in) ? null : MessageFields.timeIn(in, isStrict);
            case "clock" -> clock = isStrict ? JsonFields.text(in) : in.getValueAsString();
            case "uncertaintyUs" -> {
                if (isStrict && !JsonFields.isNull(in)) {
                    uncertaintyUs = OptionalLong.of(JsonFields.integer(in, 0, Long.MAX_VALUE));
                }
            }
            default -> {
                // newer than this version
            }
        }
    }

    /** Null if no clock is named, unless one must be. */
    CaptureTime capture() throws MessageFormatException {
        if (isStrict) {
            MessageFields.need(clock, "captureTime.clock");
        }
        return clock == null ? null : new CaptureTime(Optional.ofNullable(utc), clock, uncertaintyUs);
    }
}
