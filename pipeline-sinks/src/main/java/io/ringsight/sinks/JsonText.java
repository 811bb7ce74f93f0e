package io.ringsight.sinks;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.CaptureClock;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * A JSON writer into one reused buffer, with the number and time formats of messages. Numbers and times are formatted
 * in place, so that a message costs little more than its own bytes. One thread.
 */
final class JsonText {
    static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();
    private static final int BOX_DECIMALS = 2;
    private static final double MAX_DECIMAL = 1e15;

    private final Buffer buffer = new Buffer();
    private final char[] scratch = new char[128];
    private JsonGenerator generator;

    /** Begins a text, whatever became of the one before. */
    JsonGenerator begin() {
        try {
            if (generator == null || !generator.getOutputContext().inRoot()) {
                generator = FACTORY.createGenerator(buffer, JsonEncoding.UTF8);
                generator.setRootValueSeparator(null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
        buffer.size = 0;
        return generator;
    }

    /** Ends the text and gives a copy of it. */
    byte[] end() throws IOException {
        generator.flush();
        return Arrays.copyOf(buffer.bytes, buffer.size);
    }

    /** Writes {@code utcNs} as RFC 3339 with microseconds, or null when it is {@link Picture#UNKNOWN}. */
    void utc(SerializedString field, long utcNs) throws IOException {
        generator.writeFieldName(field);
        if (utcNs == Picture.UNKNOWN) {
            generator.writeNull();
        } else {
            generator.writeString(scratch, 0, JsonDigits.utc(utcNs, scratch));
        }
    }

    /** Writes when the light hit the sensor. */
    void captureTime(long utcNs, CaptureClock clock, long uncertaintyUs) throws IOException {
        generator.writeFieldName(MessageParts.CAPTURE_TIME);
        generator.writeStartObject();
        utc(MessageParts.UTC, utcNs);
        generator.writeFieldName(MessageParts.CLOCK);
        generator.writeString(clock.wireName());
        number(MessageParts.UNCERTAINTY_US, uncertaintyUs);
        generator.writeEndObject();
    }

    /** Writes a number, or null when it is {@link Picture#UNKNOWN}. */
    void number(SerializedString field, long value) throws IOException {
        generator.writeFieldName(field);
        if (value == Picture.UNKNOWN) {
            generator.writeNull();
        } else {
            generator.writeNumber(value);
        }
    }

    /** Writes {@code value} rounded to {@code digits} decimals, or null when it is not finite. */
    void decimal(SerializedString field, float value, int digits) throws IOException {
        generator.writeFieldName(field);
        if (!(Math.abs(value) < MAX_DECIMAL)) {
            generator.writeNull();
            return;
        }
        generator.writeRawValue(scratch, 0, JsonDigits.decimal(value, digits, scratch));
    }

    /** Writes where detection {@code index} is. */
    void box(Detections found, int index) throws IOException {
        generator.writeFieldName(MessageParts.BBOX);
        generator.writeStartObject();
        decimal(MessageParts.LEFT, found.left(index), BOX_DECIMALS);
        decimal(MessageParts.TOP, found.top(index), BOX_DECIMALS);
        decimal(MessageParts.WIDTH, found.width(index), BOX_DECIMALS);
        decimal(MessageParts.HEIGHT, found.height(index), BOX_DECIMALS);
        generator.writeEndObject();
    }

    /** Writes the text {@code prefix} with {@code number}, not negative, behind it. The prefix is shorter than 100. */
    void numbered(SerializedString field, char[] prefix, long number) throws IOException {
        generator.writeFieldName(field);
        System.arraycopy(prefix, 0, scratch, 0, prefix.length);
        generator.writeString(scratch, 0, JsonDigits.integer(number, scratch, prefix.length));
    }

    /** Bytes that grow to the longest text and stay. */
    private static final class Buffer extends OutputStream {
        private byte[] bytes = new byte[4096];
        private int size;

        @Override
        public void write(int value) {
            ensure(1);
            bytes[size++] = (byte) value;
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            ensure(length);
            System.arraycopy(from, offset, bytes, size, length);
            size += length;
        }

        private void ensure(int more) {
            if (bytes.length - size < more) {
                bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
            }
        }
    }
}
