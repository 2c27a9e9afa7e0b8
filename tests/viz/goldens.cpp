// Pixel goldens: draws each picture of tests/viz/goldens/list.txt with kmemlab-render and compares it with the one that
// is kept there. Pictures are equal if at most 0.2 % of their pixels differ by more than 24 of 255 in some channel (the
// edges of glyphs move with the version of a font's renderer); anything else is a failure, which writes the expected
// picture, the one that came and their difference side by side. Needs the font DejaVu (fonts-dejavu-core).
// Usage: viz_goldens KMEMLAB_RENDER SOURCE_DIR FOLDER_FOR_FAILURES [--write]
#include <png.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr int channel_difference_max = 24;
constexpr std::size_t pixels_that_may_differ_permille = 2;
constexpr std::uintmax_t golden_bytes_max = std::uintmax_t{40} << 10;

struct Picture {
  std::size_t width = 0, height = 0;
  std::vector<unsigned char> rgb;

  Picture() = default;
  Picture(std::size_t w, std::size_t h) : width(w), height(h), rgb(w * h * 3) {}
};

std::optional<Picture> read_png(const fs::path& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&image, path.c_str()) == 0) return {};
  image.format = PNG_FORMAT_RGB;
  Picture p(image.width, image.height);
  if (png_image_finish_read(&image, nullptr, p.rgb.data(), 0, nullptr) == 0) return {};
  return p;
}

bool write_png(const fs::path& path, const Picture& p) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(p.width), image.height = static_cast<png_uint_32>(p.height);
  image.format = PNG_FORMAT_RGB;
  return png_image_write_to_file(&image, path.c_str(), 0, p.rgb.data(), 0, nullptr) != 0;
}

/// As a file of few bytes: channels rounded to sixteen steps (by 8 of 255 at most: a third of the tolerance), and a
/// colour table where that leaves 256 colours.
bool write_small_png(const fs::path& path, Picture p) {
  for (unsigned char& c : p.rgb) c = static_cast<unsigned char>((c + 8) / 17 * 17);
  std::map<std::array<unsigned char, 3>, unsigned char> colours;
  std::vector<unsigned char> table, numbers;
  for (std::size_t i = 0; i < p.rgb.size(); i += 3) {
    const std::array<unsigned char, 3> colour{p.rgb[i], p.rgb[i + 1], p.rgb[i + 2]};
    const auto [at, fresh] = colours.try_emplace(colour, static_cast<unsigned char>(colours.size()));
    if (fresh) table.insert(table.end(), colour.begin(), colour.end());
    if (colours.size() > 256) return write_png(path, p);
    numbers.push_back(at->second);
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(p.width), image.height = static_cast<png_uint_32>(p.height);
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = static_cast<png_uint_32>(colours.size());
  return png_image_write_to_file(&image, path.c_str(), 0, numbers.data(), 0, table.data()) != 0;
}

/// The largest difference in a channel of pixel `i`.
int difference(const Picture& a, const Picture& b, std::size_t i) {
  int worst = 0;
  for (std::size_t c = i * 3; c < i * 3 + 3; ++c) worst = std::max(worst, std::abs(int{a.rgb[c]} - int{b.rgb[c]}));
  return worst;
}

std::size_t differing(const Picture& a, const Picture& b) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < a.width * a.height; ++i) n += difference(a, b, i) > channel_difference_max ? 1 : 0;
  return n;
}

/// Expected, got, and in white where they differ (grey: within the tolerance).
Picture side_by_side(const Picture& expected, const Picture& got) {
  Picture out(expected.width * 3, expected.height);
  for (std::size_t y = 0; y < expected.height; ++y) {
    for (std::size_t x = 0; x < expected.width; ++x) {
      const std::size_t from = y * expected.width + x, to = y * out.width + x;
      const int d = difference(expected, got, from);
      for (std::size_t c = 0; c < 3; ++c) {
        out.rgb[to * 3 + c] = expected.rgb[from * 3 + c];
        out.rgb[(to + expected.width) * 3 + c] = got.rgb[from * 3 + c];
        out.rgb[(to + 2 * expected.width) * 3 + c] =
            static_cast<unsigned char>(d > channel_difference_max ? 255 : d * 4);
      }
    }
  }
  return out;
}

struct Golden {
  std::string name, arguments;
};

/// Lines "NAME ARGUMENTS..."; # begins a comment.
std::vector<Golden> read_list(const fs::path& path) {
  std::vector<Golden> all;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    Golden g;
    if (!(words >> g.name) || g.name[0] == '#') continue;
    std::getline(words, g.arguments);
    all.push_back(g);
  }
  return all;
}

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

class Goldens {
 public:
  Goldens(fs::path render, fs::path source, fs::path failures, bool write)
      : render_(std::move(render)), source_(std::move(source)), failures_(std::move(failures)), write_(write) {}

  bool one(const Golden& g) const {
    const fs::path expected_path = source_ / "tests/viz/goldens" / (g.name + ".png");
    const fs::path got_path = write_ ? expected_path : failures_ / (g.name + ".got.png");
    const std::string command = "cd " + quoted(source_) + " && " + quoted(render_) + g.arguments +
                                " --size 720x450 -o " + quoted(got_path) + " 2>&1";
    if (std::system(command.c_str()) != 0) return failed(g, "kmemlab-render failed: " + command);
    const auto got = read_png(got_path);
    if (!got) return failed(g, "no picture was written: " + command);
    if (write_) {
      write_small_png(expected_path, *got);
      return fs::file_size(expected_path) <= golden_bytes_max || failed(g, "the picture is over 40 KiB");
    }
    const auto expected = read_png(expected_path);
    if (!expected) return failed(g, "no golden: " + expected_path.string() + " (scripts/goldens --write makes it)");
    if (expected->width != got->width || expected->height != got->height) return failed(g, "of another size");
    const std::size_t n = differing(*expected, *got);
    if (n * 1000 <= expected->width * expected->height * pixels_that_may_differ_permille) {
      fs::remove(got_path);
      return true;
    }
    const fs::path shown = failures_ / (g.name + ".png");
    write_png(shown, side_by_side(*expected, *got));
    return failed(g, std::to_string(n) + " pixels differ; expected, got, difference: " + shown.string());
  }

 private:
  static bool failed(const Golden& g, const std::string& why) {
    std::cout << "FAILED: " << g.name << ": " << why << "\n";
    return false;
  }
  fs::path render_, source_, failures_;
  bool write_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: viz_goldens KMEMLAB_RENDER SOURCE_DIR FOLDER_FOR_FAILURES [--write]\n";
    return 2;
  }
  if (!fs::exists("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")) {
    std::cout << "SKIPPED: goldens: the font DejaVu is not installed (fonts-dejavu-core)\n";
    return 77;
  }
  const fs::path source = argv[2], failures = argv[3];
  fs::create_directories(failures);
  const bool write = argc > 4 && std::string(argv[4]) == "--write";
  const std::vector<Golden> list = read_list(source / "tests/viz/goldens/list.txt");
  const Goldens goldens(fs::absolute(argv[1]), source, fs::absolute(failures), write);
  std::size_t good = 0;
  for (const Golden& g : list) good += goldens.one(g) ? 1 : 0;
  std::cout << good << " of " << list.size() << " pictures " << (write ? "written\n" : "as expected\n");
  return !list.empty() && good == list.size() ? 0 : 1;
}
