package org.backbonelab.data;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.backbonelab.data.augment.ColourOps;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.io.Settings;

/**
 * Decodes JPEG and PNG files to bytes per channel, as PIL's {@code convert("RGB")} or {@code convert("L")} does.
 *
 * <p>Grey becomes colour by repetition, colour becomes grey by ITU-R 601-2 luma, a palette is looked up, alpha is
 * dropped (not blended), of 16 bits the upper 8 count, CMYK (as Adobe writes it, inverted) becomes RGB. Colour profiles
 * and the camera's orientation are ignored. A file that ends early or is damaged is an error. Safe for several threads.
 */
final class ImageDecoder {
    /** Read once: images are decoded on the way into every batch. */
    private static final long MOST_PIXELS = Long.parseLong(Settings.BACKBONELAB_MAX_PIXELS.orStandard());

    private static final ThreadLocal<ImageReader> JPEG = ThreadLocal.withInitial(() -> reader("jpeg"));
    private static final ThreadLocal<ImageReader> PNG = ThreadLocal.withInitial(() -> reader("png"));

    private ImageDecoder() {}

    private static ImageReader reader(String format) {
        ImageReader reader = ImageIO.getImageReadersByFormatName(format).next();
        reader.addIIOReadWarningListener((source, warning) -> {
            // libjpeg paints the missing part grey and goes on.
            boolean harmless = warning.contains("extraneous bytes");
            if (warning.startsWith("Premature end") || (warning.startsWith("Corrupt JPEG") && !harmless)) {
                throw new DamagedException(warning);
            }
        });
        return reader;
    }

    private static final class DamagedException extends RuntimeException {
        DamagedException(String message) {
            super(message);
        }
    }

    /** Returns whether a file of this name may be one that can be decoded. */
    static boolean knows(String fileName) {
        String lower = fileName.toLowerCase(java.util.Locale.ROOT);
        return lower.endsWith(".jpg") || lower.endsWith(".jpeg") || lower.endsWith(".png");
    }

    /**
     * Decodes a file.
     *
     * @param name of the file, for errors
     * @param channels 3 for RGB, 1 for grey
     * @throws DataException if the content is neither JPEG nor PNG, or is damaged
     */
    static void decode(String name, byte[] file, int channels, Pixels into) {
        boolean jpeg = file.length > 2 && (file[0] & 0xff) == 0xff && (file[1] & 0xff) == 0xd8;
        boolean png = file.length > 8 && (file[0] & 0xff) == 0x89 && file[1] == 'P' && file[2] == 'N' && file[3] == 'G';
        if (!jpeg && !png) {
            throw new DataException(name + ": starts like neither a JPEG nor a PNG file; convert or remove it");
        }
        ImageReader reader = jpeg ? JPEG.get() : PNG.get();
        try (MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(in, true, true);
            checkSize(name, reader.getWidth(0), reader.getHeight(0));
            boolean ink = jpeg && components(file) == 4;
            BufferedImage image = ink ? null : reader.read(0);
            Raster raster = ink ? reader.readRaster(0, null) : image.getRaster();
            into.reshape(3, raster.getHeight(), raster.getWidth());
            if (ink) {
                cmyk(raster, adobeTransform(file) == 2, into);
            } else {
                copy(image, raster, into);
            }
        } catch (DataException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new DataException(name + ": cannot be decoded (" + e.getMessage() + "); the file is damaged", e);
        } finally {
            reader.setInput(null);
        }
        if (channels == 1) {
            grey(into);
        }
    }

    /** From the file's header, before the memory for its pixels is taken: a hundred bytes can claim gigabytes. */
    private static void checkSize(String name, int width, int height) {
        if ((long) width * height > MOST_PIXELS) {
            throw new DataException(name + ": has " + width + " x " + height + " pixels, expected at most "
                    + MOST_PIXELS + "; make it smaller, remove it, or set BACKBONELAB_MAX_PIXELS");
        }
    }

    private static void copy(BufferedImage image, Raster raster, Pixels into) {
        if (image.getType() == BufferedImage.TYPE_3BYTE_BGR) {
            byte[] data = ((DataBufferByte) raster.getDataBuffer()).getData();
            int plane = into.plane();
            byte[] out = into.data();
            for (int i = 0, k = 0; i < plane; i++, k += 3) {
                out[i] = data[k + 2];
                out[i + plane] = data[k + 1];
                out[i + 2 * plane] = data[k];
            }
            return;
        }
        ColorModel model = image.getColorModel();
        int width = raster.getWidth();
        int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
        boolean grey = raster.getNumBands() < 3;
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < into.plane(); i++) {
                int sample = raster.getSample(i % width, i / width, grey ? 0 : c);
                int value = model instanceof IndexColorModel palette
                        ? palette.getRGB(sample) >> (16 - 8 * c)
                        : sample >> shift;
                into.data()[c * into.plane() + i] = (byte) value;
            }
        }
    }

    /** Bytes are stored inverted: 255 is no ink. In YCCK, the first three are YCbCr of the inks. */
    private static void cmyk(Raster raster, boolean ycck, Pixels into) {
        int[] p = new int[4];
        int width = raster.getWidth();
        for (int i = 0; i < into.plane(); i++) {
            raster.getPixel(i % width, i / width, p);
            if (ycck) {
                double y = p[0];
                double cb = p[1] - 128;
                double cr = p[2] - 128;
                p[0] = 255 - clip(y + 1.402 * cr);
                p[1] = 255 - clip(y - 0.344136 * cb - 0.714136 * cr);
                p[2] = 255 - clip(y + 1.772 * cb);
            }
            for (int c = 0; c < 3; c++) {
                into.data()[c * into.plane() + i] = (byte) Math.round(p[c] * p[3] / 255.0);
            }
        }
    }

    private static int clip(double v) {
        return (int) Math.max(0, Math.min(255, Math.round(v)));
    }

    private static void grey(Pixels image) {
        byte[] data = image.data();
        for (int i = 0; i < image.plane(); i++) {
            data[i] = (byte) ColourOps.grey(image, i);
        }
        image.reshape(1, image.height(), image.width());
    }

    /** Returns the number of components that the frame header of a JPEG file gives, or 0. */
    private static int components(byte[] file) {
        int at = marker(file, 0xc0, 0xcf);
        return at > 0 && at + 9 < file.length ? file[at + 9] : 0;
    }

    /** Returns the colour transform of the Adobe marker (2 is YCCK), or 0. */
    private static int adobeTransform(byte[] file) {
        int at = marker(file, 0xee, 0xee);
        return at > 0 && at + 15 < file.length && file[at + 4] == 'A' ? file[at + 15] : 0;
    }

    /** Returns where a segment begins whose marker is in a range, or 0; tables (C4, C8, CC) are no frame headers. */
    private static int marker(byte[] file, int first, int last) {
        int at = 2;
        while (at + 4 < file.length && (file[at] & 0xff) == 0xff) {
            int code = file[at + 1] & 0xff;
            if (code >= first && code <= last && code != 0xc4 && code != 0xc8 && code != 0xcc) {
                return at;
            }
            boolean fill = code == 0xff;
            at += fill ? 1 : 2 + 256 * (file[at + 2] & 0xff) + (file[at + 3] & 0xff);
        }
        return 0;
    }
}
