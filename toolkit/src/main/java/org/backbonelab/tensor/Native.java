package org.backbonelab.tensor;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.List;

/**
 * DJL's native calls for TorchScript, by their handles.
 *
 * <p>DJL's public ways to a method either switch the recording of gradients off or parse the names of all arguments
 * with regular expressions. The native methods beneath do neither, but are private to DJL's package: constant method
 * handles reach them at the speed of a plain call.
 */
final class Native {
    private static final MethodHandle RUN;
    private static final MethodHandle FROM_TENSOR;
    private static final MethodHandle FROM_TENSORS;
    private static final MethodHandle FROM_DOUBLE;
    private static final MethodHandle FROM_LONG;
    private static final MethodHandle FROM_BOOLEAN;
    private static final MethodHandle FROM_DOUBLES;
    private static final MethodHandle FROM_LONGS;
    private static final MethodHandle TO_TENSOR;
    private static final MethodHandle TO_TENSORS;
    private static final MethodHandle TO_DOUBLE;
    private static final MethodHandle DELETE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(IValue.class, MethodHandles.lookup());
            Class<?> library = lookup.findClass("ai.djl.pytorch.jni.PyTorchLibrary");
            Field instance = library.getDeclaredField("LIB");
            Object lib = lookup.unreflectGetter(instance).invoke();
            RUN = find(
                    lookup,
                    lib,
                    "moduleRunMethod",
                    long.class,
                    long.class,
                    String.class,
                    long[].class,
                    boolean.class,
                    boolean.class);
            FROM_TENSOR = find(lookup, lib, "iValueFromTensor", long.class, long.class);
            FROM_TENSORS = find(lookup, lib, "iValueFromTensorList", long.class, long[].class);
            FROM_DOUBLE = find(lookup, lib, "iValueFromDouble", long.class, double.class);
            FROM_LONG = find(lookup, lib, "iValueFromLong", long.class, long.class);
            FROM_BOOLEAN = find(lookup, lib, "iValueFromBool", long.class, boolean.class);
            FROM_DOUBLES = find(lookup, lib, "iValueFromDoubleList", long.class, double[].class);
            FROM_LONGS = find(lookup, lib, "iValueFromLongList", long.class, long[].class);
            TO_TENSOR = find(lookup, lib, "iValueToTensor", long.class, long.class);
            TO_TENSORS = find(lookup, lib, "iValueToTensorList", long[].class, long.class);
            TO_DOUBLE = find(lookup, lib, "iValueToDouble", double.class, long.class);
            DELETE = find(lookup, lib, "torchDeleteIValue", void.class, long.class);
        } catch (Throwable e) {
            throw new IllegalStateException(
                    "this version of DJL's PyTorch engine lacks a native call that"
                            + " Backbone Lab needs; expected DJL 0.35.1",
                    e);
        }
    }

    private Native() {}

    private static MethodHandle find(
            MethodHandles.Lookup lookup, Object lib, String name, Class<?> result, Class<?>... arguments)
            throws ReflectiveOperationException {
        return lookup.findVirtual(lib.getClass(), name, MethodType.methodType(result, arguments))
                .bindTo(lib);
    }

    static long run(long module, String method, long[] arguments) {
        try {
            // With "training" on, DJL leaves the thread's recording of gradients as it is.
            return (long) RUN.invokeExact(module, method, arguments, true, false);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    static long value(Object argument) {
        try {
            if (argument instanceof PtNDArray array) {
                return (long) FROM_TENSOR.invokeExact((long) array.getHandle());
            } else if (argument instanceof Double number) {
                return (long) FROM_DOUBLE.invokeExact((double) number);
            } else if (argument instanceof Boolean flag) {
                return (long) FROM_BOOLEAN.invokeExact((boolean) flag);
            } else if (argument instanceof Long || argument instanceof Integer) {
                return (long) FROM_LONG.invokeExact(((Number) argument).longValue());
            } else if (argument instanceof List<?> arrays) {
                return (long) FROM_TENSORS.invokeExact(handles(arrays));
            } else if (argument instanceof long[] numbers) {
                return (long) FROM_LONGS.invokeExact(numbers);
            } else if (argument instanceof double[] numbers) {
                return (long) FROM_DOUBLES.invokeExact(numbers);
            }
        } catch (Throwable e) {
            throw unchecked(e);
        }
        throw new IllegalArgumentException("cannot hand " + argument + " to TorchScript, expected an array of the"
                + " PyTorch engine, a list of them, a number, a boolean, or an array of numbers");
    }

    static long toTensor(long value) {
        try {
            return (long) TO_TENSOR.invokeExact(value);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    static long[] toTensors(long value) {
        try {
            return (long[]) TO_TENSORS.invokeExact(value);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    static double toDouble(long value) {
        try {
            return (double) TO_DOUBLE.invokeExact(value);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    static void delete(long value) {
        try {
            DELETE.invokeExact(value);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    private static long[] handles(List<?> arrays) {
        long[] out = new long[arrays.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = ((PtNDArray) arrays.get(i)).getHandle();
        }
        return out;
    }

    private static RuntimeException unchecked(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException known ? known : new IllegalStateException(e);
    }
}
