package org.backbonelab.data.corrupt;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * An image written as JPEG and read again, by the JDK's encoder: libjpeg's tables and its meaning of quality, colours at
 * half the resolution, as PIL by default.
 */
final class Jpeg {
    private Jpeg() {}

    /**
     * Returns what is left of an image.
     *
     * @param quality 1 to 100
     */
    static Canvas through(Canvas image, int quality) {
        try {
            return read(write(image, quality), image.channels().length);
        } catch (IOException e) {
            throw new UncheckedIOException("no JPEG in memory", e);
        }
    }

    private static byte[] write(Canvas image, int quality) throws IOException {
        int channels = image.channels().length;
        BufferedImage out = new BufferedImage(
                image.width(),
                image.height(),
                channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR);
        WritableRaster raster = out.getRaster();
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < image.plane(); i++) {
                int v = (int) Math.rint(image.channels()[c].values()[i] * 255);
                raster.setSample(i % image.width(), i / image.width(), c, v);
            }
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(stream);
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(share(quality));
            writer.write(null, new IIOImage(out, null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** Below 50, libjpeg multiplies its tables by 5000 / quality in whole percent, and the JDK by 0.5 / share. */
    private static float share(int quality) {
        int percent = 5000 / quality;
        return quality < 50 ? 50f / percent : quality / 100f;
    }

    private static Canvas read(byte[] bytes, int channels) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        try (MemoryCacheImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(stream, true, true);
            WritableRaster raster = reader.read(0).getRaster();
            Grid[] out = new Grid[channels];
            for (int c = 0; c < channels; c++) {
                out[c] = Grid.zeros(raster.getHeight(), raster.getWidth());
                for (int i = 0; i < out[c].values().length; i++) {
                    out[c].values()[i] = raster.getSample(i % raster.getWidth(), i / raster.getWidth(), c) / 255.0;
                }
            }
            return new Canvas(out);
        } finally {
            reader.dispose();
        }
    }
}
