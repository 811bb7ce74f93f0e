package io.ringsight.client;

/**
 * A box in pixels of the source's picture, to two decimals; from its upper left corner to the right and down. A number
 * is NaN if the model gave one that is not finite. Immutable.
 *
 * @param left distance of the left edge from the picture's (field {@code left})
 * @param top distance of the upper edge from the picture's (field {@code top})
 * @param width to the right edge (field {@code width})
 * @param height to the lower edge (field {@code height})
 */
public record Box(double left, double top, double width, double height) {}
