package org.dflib.jjava.jupyter.kernel.display;

import java.util.LinkedHashMap;
import java.util.Map;

/** Stands for JJava's bundle of an output. */
public final class DisplayData {
    public final Map<String, Object> data = new LinkedHashMap<>();
    public final Map<String, Object> metadata = new LinkedHashMap<>();
    public final Map<String, Object> transients = new LinkedHashMap<>();

    public void putData(String mime, Object value) {
        data.put(mime, value);
    }

    public void putMetaData(String key, Object value) {
        metadata.put(key, value);
    }

    public void putTransientData(String key, Object value) {
        transients.put(key, value);
    }
}
