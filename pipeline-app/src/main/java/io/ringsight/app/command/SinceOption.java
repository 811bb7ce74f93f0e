package io.ringsight.app.command;

import io.ringsight.app.cli.CommandException;
import io.ringsight.core.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A point in time as users write it: RFC 3339, or an age such as {@code 90s}, {@code 30m}, {@code 12h}, {@code 7d}. */
record SinceOption(Clock clock) {
    private static final Pattern AGE = Pattern.compile("([0-9]{1,6})([smhd])");

    Instant instant(String text) {
        Matcher age = AGE.matcher(text);
        if (age.matches()) {
            long number = Long.parseLong(age.group(1));
            Duration duration = switch (age.group(2)) {
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
            return Instant.EPOCH.plusNanos(clock.epochNanos()).minus(duration);
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw CommandException.usage("ringsight: --since: expected a time such as 2026-11-28T06:00:00Z or an age"
                    + " such as 90s, 30m, 12h or 7d, got '" + text + "'");
        }
    }
}
