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
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long S_PER_DAY = 86_400L;
    private static final double LARGEST_DECIMAL = 1e15;

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
            generator.writeString(scratch, 0, utc(utcNs, scratch));
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
        if (!(Math.abs(value) < LARGEST_DECIMAL)) {
            generator.writeNull();
            return;
        }
        generator.writeRawValue(scratch, 0, decimal(value, digits, scratch));
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
        generator.writeString(scratch, 0, integer(number, scratch, prefix.length));
    }

    /** Formats {@code value} with one to {@code digits} decimals; returns the length. */
    static int decimal(double value, int digits, char[] into) {
        long scale = 1;
        for (int i = 0; i < digits; i++) {
            scale *= 10;
        }
        long scaled = Math.round(value * scale);
        int at = 0;
        if (scaled < 0) {
            into[at++] = '-';
            scaled = -scaled;
        }
        at = integer(scaled / scale, into, at);
        into[at++] = '.';
        long rest = scaled % scale;
        do {
            scale /= 10;
            into[at++] = (char) ('0' + rest / scale);
            rest %= scale;
        } while (rest != 0);
        return at;
    }

    private static int integer(long value, char[] into, int at) {
        int digits = 1;
        for (long v = value; v >= 10; v /= 10) {
            digits++;
        }
        return fixed(value, digits, into, at);
    }

    private static int fixed(long value, int digits, char[] into, int at) {
        for (int i = at + digits - 1; i >= at; i--) {
            into[i] = (char) ('0' + value % 10);
            value /= 10;
        }
        return at + digits;
    }

    /** Formats {@code 2026-11-22T13:40:00.123456Z}; returns the length. Years 0 to 9999. */
    static int utc(long utcNs, char[] into) {
        long second = Math.floorDiv(utcNs, NS_PER_S);
        long day = Math.floorDiv(second, S_PER_DAY);
        int inDay = (int) Math.floorMod(second, S_PER_DAY);
        int at = date(day, into);
        into[at++] = 'T';
        at = fixed(inDay / 3600, 2, into, at);
        into[at++] = ':';
        at = fixed(inDay / 60 % 60, 2, into, at);
        into[at++] = ':';
        at = fixed(inDay % 60, 2, into, at);
        into[at++] = '.';
        at = fixed(Math.floorMod(utcNs, NS_PER_S) / 1000, 6, into, at);
        into[at++] = 'Z';
        return at;
    }

    /** Days since 1970 to a date: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. */
    private static int date(long epochDay, char[] into) {
        long shifted = epochDay + 719_468;
        long era = Math.floorDiv(shifted, 146_097L);
        long dayOfEra = shifted - era * 146_097;
        long yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long monthFromMarch = (5 * dayOfYear + 2) / 153;
        long day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
        long month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        int at = fixed(year, 4, into, 0);
        into[at++] = '-';
        at = fixed(month, 2, into, at);
        into[at++] = '-';
        return fixed(day, 2, into, at);
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
