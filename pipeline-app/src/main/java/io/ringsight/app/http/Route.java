package io.ringsight.app.http;

/**
 * A page and where it is.
 *
 * @param path from the root, begins with a slash
 * @param role who may see it
 * @param page what is there
 */
public record Route(String path, Role role, Page page) {
    /** A page for everybody. */
    public static Route open(String path, Page page) {
        return new Route(path, Role.ANYONE, page);
    }
}
