package io.ringsight.app.http;

/** What somebody may do; each may do what those before it may. */
public enum Role {
    /** No token is needed. */
    ANYONE,
    /** Sees everything. */
    VIEWER,
    /** Changes things. */
    OPERATOR;

    /** Whether somebody of this role may do what takes {@code needed}. */
    boolean allows(Role needed) {
        return compareTo(needed) >= 0;
    }
}
