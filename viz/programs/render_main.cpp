// kmemlab-render: the front end's pictures without a display, through OSMesa. No libGL may be linked beside it: the
// pictures would stay blank, without an error.
#include <GL/osmesa.h>
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_impl_opengl2.h>

#include <exception>
#include <memory>

#include "sim/cli/verbs.h"
#include "viz/app/app_window.h"
#include "viz/programs/gl_draw.h"
#include "viz/programs/gl_textures.h"
#include "viz/programs/png_file.h"
#include "viz/programs/view_options.h"

namespace {

using namespace kmemlab;
using namespace kmemlab::viz;

const cli::VerbSpec& spec() {
  static const cli::VerbSpec render{
      "kmemlab render TRACE --what map|kymograph|timeline|lanes|window|... -o PNG [--at EVENT] [-a CORE,...]",
      "Draws a panel of kmemlab view, or the whole window, into a PNG file: no display is needed. Of a lesson's\n"
      "file it draws a page: --at PAGE, or --at PAGE.1 with the page's step made.",
      "kmemlab render traces/samples/ext4tree.dat --what map --at 3000 -o map.png",
      [] {
        std::vector<cli::OptionSpec> all = view_options();
        all.insert(all.begin(),
                   {{"what", cli::Takes::value, "PANEL",
                     "window (default), timeline, or a panel: 'map', 'lanes', ... (a wrong one lists them)"},
                    {"output,o", cli::Takes::value, "PNG", "the file to write"}});
        return all;
      }(),
      0,
      1};
  return render;
}

bool is_panel(const std::string& name) {
  for (const PanelInfo& p : panels()) {
    if (name == p.name) return true;
  }
  return name == "window" || name == "timeline";
}

std::string panel_names() {
  std::string names = "window, timeline";
  for (const PanelInfo& p : panels()) names += std::string(", ") + p.name;
  return names;
}

// ImGui over OSMesa: one buffer of the picture's size.
class Canvas {
 public:
  Canvas(int width, int height)
      : width_(width),
        height_(height),
        buffer_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4) {
    context_ = OSMesaCreateContextExt(OSMESA_RGBA, 24, 8, 0, nullptr);
    good_ = context_ != nullptr && OSMesaMakeCurrent(context_, buffer_.data(), GL_UNSIGNED_BYTE, width, height) != 0;
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    io.DeltaTime = 1.0F / 60;
    io.MousePos = {-1, -1};
    if (good_) start();
  }
  ~Canvas() {
    if (good_) ImGui_ImplOpenGL2_Shutdown();
    ImGui::DestroyContext();
    if (context_ != nullptr) OSMesaDestroyContext(context_);
  }
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  bool good() const { return good_; }
  void frame(App& app) {
    if (app.before_frame()) {
      ImGui_ImplOpenGL2_DestroyFontsTexture();
      ImGui_ImplOpenGL2_CreateFontsTexture();
    }
    ImGui_ImplOpenGL2_NewFrame();
    ImGui::NewFrame();
    app.frame(0);
    ImGui::Render();
  }
  Pixels picture() {
    glViewport(0, 0, width_, height_);
    glClearColor(0, 0, 0, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    draw_lists(*ImGui::GetDrawData());
    return read_back(width_, height_);
  }

 private:
  static void start() {
    ImGui_ImplOpenGL2_Init();
    allow_long_lists();
  }
  int width_, height_;
  std::vector<unsigned char> buffer_;
  OSMesaContext context_ = nullptr;
  bool good_ = false;
};

int draw(const ViewWanted& wanted, const std::string& what, const std::string& output) {
  Canvas canvas(wanted.width, wanted.height);
  if (!canvas.good()) {
    cli::print_error({"OSMesa gives no picture of this size", "expected a smaller --size", {}, {}, {}});
    return cli::exit_bad_input;
  }
  GlTextures textures;
  App app(textures, {}, wanted.settings);
  if (what != "window") app.only(what);
  LoadExhibit load = loader_of(wanted);
  auto exhibit = load();
  if (!exhibit) {
    cli::print_error(exhibit.error());
    return cli::exit_bad_input;
  }
  app.open(wanted.trace, [exhibit = std::move(*exhibit)]() -> Fallible<Exhibit> { return exhibit; });
  if (const auto view = view_of(wanted)) app.go_to_view(*view);
  // Frames ask, desks answer, until nothing is under way and two frames more have been drawn: ImGui sizes what is new
  // only in the frame after.
  int quiet = 0;
  for (int frames = 0; frames < 1000 && quiet < 4; ++frames) {
    canvas.frame(app);
    app.wait_until_idle();
    quiet = app.idle() ? quiet + 1 : 0;
  }
  for (const auto& run : app.runs()) {
    if (run->error().empty()) continue;
    cli::print_error({run->core() + ": " + run->error(), {}, {}, {}, {}});
    return cli::exit_bad_input;
  }
  if (auto written = write_png(output, canvas.picture()); !written) {
    cli::print_error(written.error());
    return cli::exit_bad_input;
  }
  return cli::exit_fine;
}

int run(const cli::Arguments& arguments) {
  const auto parsed = cli::parse(spec(), arguments);
  if (!parsed) return cli::usage_error(parsed.error(), spec());
  if (parsed->has("help")) {
    fmt::print("{}", cli::help_text(spec()));
    return cli::exit_fine;
  }
  const auto wanted = read_view_options(*parsed);
  if (!wanted) return cli::usage_error(wanted.error(), spec());
  const std::string what = parsed->value("what").value_or("window");
  if (!is_panel(what))
    return cli::usage_error({"--what is '" + what + "'", "expected one of " + panel_names(), {}, {}, {}}, spec());
  if (!parsed->has("output")) return cli::usage_error({"where to?", "expected -o PNG", {}, {}, {}}, spec());
  return draw(*wanted, what, *parsed->value("output"));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    fmt::print(stderr, "kmemlab-render: {}\n", e.what());
    return cli::exit_bad_input;
  }
}
