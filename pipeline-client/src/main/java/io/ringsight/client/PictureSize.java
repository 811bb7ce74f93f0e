package io.ringsight.client;

/**
 * Size of a picture. Immutable.
 *
 * @param width columns, pixels (field {@code width})
 * @param height rows, pixels (field {@code height})
 */
public record PictureSize(int width, int height) {}
