package io.ringsight.core.decision;

/**
 * What a part is made and inspected by; both are the line's own words and may be empty.
 *
 * @param name e.g. the product
 * @param revision e.g. of the inspection program
 */
public record Recipe(String name, String revision) {
    /** Nothing is said of it. */
    public static final Recipe NONE = new Recipe("", "");
    /** The most characters of each. */
    public static final int MAX_LENGTH = 100;
}
