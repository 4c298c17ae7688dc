package org.backbonelab.model.weights;

import ai.djl.nn.Parameter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import org.backbonelab.io.Sha256;

/** The SHA-256 of a network's arrays: names, shapes and every bit of every value. */
public final class WeightHash {
    private WeightHash() {}

    /** Returns the hash in hexadecimal; equal only for equal names, shapes and bits in equal order. */
    public static String of(Map<String, Parameter> parameters) {
        MessageDigest digest = Sha256.digest();
        parameters.forEach((name, p) -> {
            digest.update((name + " " + p.getArray().getShape() + "\n").getBytes(StandardCharsets.UTF_8));
            digest.update(p.getArray().toByteBuffer(true));
        });
        return Sha256.hex(digest);
    }
}
