package org.backbonelab.plot;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Pictures of small images side by side, such as mask, reconstruction and original.
 *
 * <p>Pixels are floats with the value of white given by {@code white}: 1 for values in 0..1, 255 for bytes. Values
 * outside are cut off, NaN is black. Images are enlarged without smoothing, so that single pixels stay visible.
 */
public final class Pictures {
    private static final int CELL = 112;
    private static final int GAP = 6;
    private static final int TITLE = 24;
    private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 14);

    private Pictures() {}

    /** A grey image of {@code (height, width)} pixels. */
    public static BufferedImage gray(float[] pixels, int height, int width, float white) {
        return image(pixels, height, width, white, 1);
    }

    /** A colour image of {@code (3, height, width)} pixels, red, green and blue planes one after the other. */
    public static BufferedImage rgb(float[] pixels, int height, int width, float white) {
        return image(pixels, height, width, white, 3);
    }

    /** Images in rows under column titles. */
    public static BufferedImage grid(List<List<BufferedImage>> rows, List<String> columnTitles) {
        return grid(rows, columnTitles, List.of());
    }

    /**
     * Images in rows under column titles, with a caption left of each row.
     *
     * @throws IllegalArgumentException when a row has another length than the titles, or captions do not match rows
     */
    public static BufferedImage grid(
            List<List<BufferedImage>> rows, List<String> columnTitles, List<String> rowCaptions) {
        int columns = columnTitles.size();
        if (rows.isEmpty() || rows.stream().anyMatch(row -> row.size() != columns)) {
            throw new IllegalArgumentException("every row must have " + columns + " images, one per column title");
        }
        if (!rowCaptions.isEmpty() && rowCaptions.size() != rows.size()) {
            throw new IllegalArgumentException(rowCaptions.size() + " captions for " + rows.size() + " rows");
        }
        int pitch = Math.max(CELL, widest(columnTitles)) + GAP;
        int left = rowCaptions.isEmpty() ? GAP : widest(rowCaptions) + 2 * GAP;
        int width = left + columns * pitch;
        BufferedImage canvas = new BufferedImage(width, TITLE + rows.size() * (CELL + GAP), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = pen(canvas);
        for (int c = 0; c < columns; c++) {
            write(graphics, columnTitles.get(c), left + c * pitch + pitch / 2, TITLE / 2);
        }
        for (int r = 0; r < rows.size(); r++) {
            int top = TITLE + r * (CELL + GAP);
            if (!rowCaptions.isEmpty()) {
                write(graphics, rowCaptions.get(r), left / 2, top + CELL / 2);
            }
            for (int c = 0; c < columns; c++) {
                paint(graphics, rows.get(r).get(c), left + c * pitch + pitch / 2, top + CELL / 2);
            }
        }
        graphics.dispose();
        return canvas;
    }

    /** The image as a PNG file; the same pixels give the same bytes. */
    public static byte[] png(BufferedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ImageWriteParam smallest = writer.getDefaultWriteParam();
        smallest.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        smallest.setCompressionQuality(0);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), smallest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** A picture file as an image without transparency, which would only make the file larger. */
    static BufferedImage read(byte[] file) throws IOException {
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(file));
        BufferedImage opaque = new BufferedImage(read.getWidth(), read.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = pen(opaque);
        graphics.drawImage(read, 0, 0, null);
        graphics.dispose();
        return opaque;
    }

    private static BufferedImage image(float[] pixels, int height, int width, float white, int planes) {
        if (pixels.length != planes * height * width) {
            throw new IllegalArgumentException(
                    pixels.length + " values for an image of " + planes + " x " + height + " x " + width + " pixels");
        }
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int size = height * width;
        for (int i = 0; i < size; i++) {
            int rgb = 0;
            for (int plane = 0; plane < 3; plane++) {
                float value = pixels[i + size * Math.min(plane, planes - 1)] / white;
                rgb = rgb << 8 | Math.round(255 * Math.max(0, Math.min(1, value)));
            }
            image.setRGB(i % width, i / width, rgb);
        }
        return image;
    }

    private static Graphics2D pen(BufferedImage canvas) {
        Graphics2D graphics = canvas.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, canvas.getWidth(), canvas.getHeight());
        graphics.setColor(Color.BLACK);
        graphics.setFont(FONT);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
        return graphics;
    }

    private static int widest(List<String> texts) {
        Graphics2D graphics = pen(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB));
        int width = texts.stream()
                .mapToInt(text -> graphics.getFontMetrics().stringWidth(text))
                .max()
                .orElse(0);
        graphics.dispose();
        return width;
    }

    private static void write(Graphics2D graphics, String text, int centreX, int centreY) {
        int width = graphics.getFontMetrics().stringWidth(text);
        graphics.drawString(text, centreX - width / 2, centreY + FONT.getSize() / 3);
    }

    /** Draws the image around a point at the largest whole multiple of its size, or shrunk where it is larger. */
    private static void paint(Graphics2D graphics, BufferedImage image, int centreX, int centreY) {
        double fitting = (double) CELL / Math.max(image.getWidth(), image.getHeight());
        double scale = fitting >= 1 ? Math.floor(fitting) : fitting;
        int width = (int) (image.getWidth() * scale);
        int height = (int) (image.getHeight() * scale);
        graphics.drawImage(image, centreX - width / 2, centreY - height / 2, width, height, null);
    }
}
