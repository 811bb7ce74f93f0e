package io.ringsight.sources.v4l2;

import com.sun.jna.Memory;

/**
 * An open device, and its driver behind it.
 *
 * @param kernel to ask it by
 * @param device its path, for people
 * @param descriptor its number while it is open
 */
record Driver(Kernel kernel, String device, int descriptor) {
    /** Asks, and again if a signal interrupted that; the driver's answer, below zero for a negated errno value. */
    int ask(long request, Memory argument) {
        int result = kernel.ioctl(descriptor, request, argument);
        while (result == -Errno.EINTR) {
            result = kernel.ioctl(descriptor, request, argument);
        }
        return result;
    }

    /** Asks for what the camera cannot be used without. */
    void demand(String step, long request, Memory argument) throws CaptureException {
        int result = ask(request, argument);
        if (result < 0) {
            throw failed(step, result);
        }
    }

    CaptureException failed(String step, int code) {
        return CaptureException.of(Answers.inWords(this, step, code), code);
    }
}
