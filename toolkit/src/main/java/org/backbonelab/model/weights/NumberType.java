package org.backbonelab.model.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** Types of numbers in weight files, all little-endian; values become float32. */
enum NumberType {
    F16(2, "<f2"),
    BF16(2, "|V2"),
    F32(4, "<f4"),
    F64(8, "<f8"),
    I64(8, "<i8");

    private static final Map<String, NumberType> BY_NUMPY =
            Arrays.stream(values()).collect(Collectors.toMap(t -> t.numpy, t -> t));

    private final int bytes;
    /** Numpy has no bfloat16; JAX saves it as raw pairs of bytes. */
    private final String numpy;

    NumberType(int bytes, String numpy) {
        this.bytes = bytes;
        this.numpy = numpy;
    }

    /** Returns the bytes of one number. */
    int bytes() {
        return bytes;
    }

    /** Returns the type of safetensors' name, or null. */
    static NumberType ofSafeTensors(String name) {
        return Arrays.stream(values())
                .filter(t -> t.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Returns the type of numpy's description, or null. */
    static NumberType ofNumpy(String description) {
        return BY_NUMPY.get(description);
    }

    /** Reads all numbers of a buffer. */
    float[] read(ByteBuffer source) {
        ByteBuffer in = source.order(ByteOrder.LITTLE_ENDIAN);
        float[] out = new float[in.remaining() / bytes];
        switch (this) {
            case F32 -> in.asFloatBuffer().get(out);
            case F16 -> fill(out, i -> half(in.getShort(i * 2)));
            case BF16 -> fill(out, i -> Float.intBitsToFloat(in.getShort(i * 2) << 16));
            case F64 -> fill(out, i -> (float) in.getDouble(i * 8));
            case I64 -> fill(out, i -> in.getLong(i * 8));
        }
        return out;
    }

    private interface Element {
        float at(int index);
    }

    private static void fill(float[] out, Element element) {
        for (int i = 0; i < out.length; i++) {
            out[i] = element.at(i);
        }
    }

    /** IEEE half precision; Java has a method for it from release 20 on only. */
    static float half(short bits) {
        int exponent = (bits >> 10) & 0x1F;
        int mantissa = bits & 0x3FF;
        float size;
        if (exponent == 0) {
            size = mantissa * 0x1p-24f;
        } else if (exponent == 0x1F) {
            size = mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
        } else {
            size = Float.intBitsToFloat(((exponent - 15 + 127) << 23) | (mantissa << 13));
        }
        return bits < 0 ? -size : size;
    }
}
