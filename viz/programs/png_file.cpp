#include "viz/programs/png_file.h"

#include <png.h>

#include "sim/cli/output.h"

namespace kmemlab::viz {

Fallible<void> write_png(const std::string& path, const Pixels& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(pixels.width);
  image.height = static_cast<png_uint_32>(pixels.height);
  image.format = PNG_FORMAT_RGB;
  std::string rows;
  rows.reserve(pixels.data.size() * 3);
  for (const Rgba c : pixels.data) {
    rows += static_cast<char>(red_of(c)), rows += static_cast<char>(green_of(c)), rows += static_cast<char>(blue_of(c));
  }
  png_alloc_size_t size = 0;
  if (png_image_write_to_memory(&image, nullptr, &size, 0, rows.data(), 0, nullptr) == 0) {
    return fail("the picture cannot be written as PNG: " + std::string(image.message));
  }
  std::string file(size, '\0');
  if (png_image_write_to_memory(&image, file.data(), &size, 0, rows.data(), 0, nullptr) == 0) {
    return fail("the picture cannot be written as PNG: " + std::string(image.message));
  }
  file.resize(size);
  return cli::write_file(path, file);
}

}  // namespace kmemlab::viz
