// kmemlab-view: the window. GLFW gives it, its keys and OpenGL; everything else is the application's (viz/app). Draws
// only when something changed: input, an answer of a run's thread, or a run that plays.
#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl2.h>

#include <atomic>
#include <cmath>
#include <exception>

#include "sim/cli/verbs.h"
#include "viz/programs/gl_draw.h"
#include "viz/programs/gl_textures.h"
#include "viz/programs/png_file.h"
#include "viz/programs/view_options.h"

namespace {

using namespace kmemlab;
using namespace kmemlab::viz;

const cli::VerbSpec& spec() {
  static const cli::VerbSpec view{
      "kmemlab view TRACE|LESSONS [-a CORE[,CORE...]] [--at EVENT] [--at-view LINE] ...",
      "Opens a window on the runs of one to four allocators over a trace: step through them, forwards and\n"
      "backwards, see pages, lists, sleepers, and why a page is still held. ? shows the keys.\n"
      "LESSONS is a lesson (tests/scenarios/lessons/1-power-of-two-buckets.json) or a folder of them.",
      "kmemlab view traces/samples/ext4tree.dat -a bsd386,osf1",
      [] {
        std::vector<cli::OptionSpec> all = view_options();
        all.push_back(
            {"title-state", cli::Takes::nothing, "", "the window's title says where the cursor stands (for scripts)"});
        all.push_back({"picture-at-end", cli::Takes::value, "PNG", "write what the window shows when it is closed"});
        return all;
      }(),
      0,
      1};
  return view;
}

// GLFW's numbers of keys as the application's. They name places on a US keyboard: letters and signs are what this
// keyboard has there. Signs that take Shift come as characters (on_character), wherever they lie.
int key_of(int glfw, int scancode, bool shift) {
  if (glfw > ' ' && glfw < 127) {
    const char* name = glfwGetKeyName(glfw, scancode);
    const int here = name != nullptr && name[0] > ' ' && name[0] < 127 && name[1] == 0 ? name[0] : glfw;
    const bool letter = here >= 'a' && here <= 'z', digit = here >= '0' && here <= '9';
    if (shift && !letter && !digit && !(here >= 'A' && here <= 'Z')) return 0;
    return letter ? here - 'a' + 'A' : here;
  }
  if (glfw == GLFW_KEY_SPACE) return ' ';
  switch (glfw) {
    case GLFW_KEY_LEFT:
      return key_left;
    case GLFW_KEY_RIGHT:
      return key_right;
    case GLFW_KEY_UP:
      return key_up;
    case GLFW_KEY_DOWN:
      return key_down;
    case GLFW_KEY_HOME:
      return key_home;
    case GLFW_KEY_END:
      return key_end;
    case GLFW_KEY_PAGE_UP:
      return key_page_up;
    case GLFW_KEY_PAGE_DOWN:
      return key_page_down;
    case GLFW_KEY_ESCAPE:
      return key_escape;
    case GLFW_KEY_ENTER:
      return key_enter;
    case GLFW_KEY_KP_SUBTRACT:
      return '-';
    default:
      return 0;
  }
}

struct WindowState {
  App* app = nullptr;
  int frames_due = 4;  ///< input is seen by ImGui a frame later; windows size themselves in the frame after
};

WindowState& state_of(GLFWwindow* window) {
  return *static_cast<WindowState*>(glfwGetWindowUserPointer(window));
}

void on_key(GLFWwindow* window, int key, int scancode, int action, int mods) {
  state_of(window).frames_due = 4;
  const int ours = key_of(key, scancode, (mods & GLFW_MOD_SHIFT) != 0);
  if (action == GLFW_RELEASE || ours == 0) return;
  state_of(window).app->press(
      {ours, (mods & GLFW_MOD_SHIFT) != 0, (mods & GLFW_MOD_CONTROL) != 0, (mods & GLFW_MOD_ALT) != 0});
}

void on_character(GLFWwindow* window, unsigned character) {
  state_of(window).frames_due = 4;
  if (character == '?') state_of(window).app->press({'/', true});
  if (character == '+') state_of(window).app->press({'+'});
}

void listen(GLFWwindow* window) {
  glfwSetKeyCallback(window, on_key);
  glfwSetCursorPosCallback(window, [](GLFWwindow* w, double, double) { state_of(w).frames_due = 3; });
  glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int, int, int) { state_of(w).frames_due = 4; });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double, double) { state_of(w).frames_due = 4; });
  glfwSetCharCallback(window, on_character);
  glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) { state_of(w).frames_due = 4; });
  glfwSetWindowRefreshCallback(window, [](GLFWwindow* w) { state_of(w).frames_due = 4; });
}

class Window {
 public:
  ~Window() {
    if (window_ != nullptr) {
      ImGui_ImplOpenGL2_Shutdown();
      ImGui_ImplGlfw_Shutdown();
      ImGui::DestroyContext();
      glfwDestroyWindow(window_);
    }
    glfwTerminate();
  }
  Fallible<void> open(int width, int height) {
    static std::string why;
    glfwSetErrorCallback([](int, const char* text) { why = text; });
    if (glfwInit() == 0)
      return fail("no window can be opened: " + why, "expected a display; 'kmemlab render' needs none");
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
    window_ = glfwCreateWindow(width, height, "kmemlab", nullptr, nullptr);
    if (window_ == nullptr)
      return fail("no window can be opened: " + why, "expected a display with OpenGL; 'kmemlab render' needs none");
    glfwMakeContextCurrent(window_);
    glfwSwapInterval(1);
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    glfwSetWindowUserPointer(window_, &state_);
    listen(window_);
    ImGui_ImplGlfw_InitForOpenGL(window_, true);  // hands on to what listen() has installed
    ImGui_ImplOpenGL2_Init();
    allow_long_lists();
    return {};
  }
  GLFWwindow* get() const { return window_; }
  WindowState& state() { return state_; }
  float monitor_scale() const {
    float x = 1, y = 1;
    glfwGetWindowContentScale(window_, &x, &y);
    return x;
  }

 private:
  GLFWwindow* window_ = nullptr;
  WindowState state_;
};

void draw_frame(GLFWwindow* window, App& app, double seconds) {
  if (app.before_frame()) {
    ImGui_ImplOpenGL2_DestroyFontsTexture();
    ImGui_ImplOpenGL2_CreateFontsTexture();
  }
  ImGui_ImplOpenGL2_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  ImGui::NewFrame();
  app.frame(seconds);
  ImGui::Render();
  int width = 0, height = 0;
  glfwGetFramebufferSize(window, &width, &height);
  glViewport(0, 0, width, height);
  glClearColor(0, 0, 0, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  draw_lists(*ImGui::GetDrawData());
}

std::string title_of(const App& app) {
  std::string title = "kmemlab";
  if (app.exhibit()) title += " - " + app.exhibit()->file;
  return title +
         fmt::format(" - event {} step {}{}", app.cursor().event, app.cursor().steps, app.idle() ? " idle" : "");
}

Fallible<void> save_picture(GLFWwindow* window, const std::string& path) {
  int width = 0, height = 0;
  glfwGetFramebufferSize(window, &width, &height);
  return write_png(path, read_back(width, height));
}

void run_until_closed(Window& window, App& app, bool title_state, std::string& picture_due) {
  std::string title;
  double last = glfwGetTime();
  while (glfwWindowShouldClose(window.get()) == 0 && !app.wants_to_quit()) {
    if (app.playing()) {
      glfwPollEvents();
    } else if (window.state().frames_due <= 0) {
      glfwWaitEvents();  // until input, or until a run's thread has something new
      window.state().frames_due = std::max(window.state().frames_due, 2);
    } else {
      glfwPollEvents();
    }
    --window.state().frames_due;
    const double now = glfwGetTime();
    draw_frame(window.get(), app, now - last);
    last = now;
    if (!picture_due.empty()) {
      if (auto saved = save_picture(window.get(), picture_due); !saved) app.say(saved.error().text());
      picture_due.clear();
    }
    glfwSwapBuffers(window.get());
    if (const std::string wanted = title_of(app); title_state && wanted != title) {
      title = wanted;
      glfwSetWindowTitle(window.get(), title.c_str());
    }
  }
}

int show(const ViewWanted& wanted, bool title_state, const std::string& picture_at_end) {
  Window window;
  if (auto opened = window.open(wanted.width, wanted.height); !opened) {
    cli::print_error(opened.error());
    return cli::exit_bad_input;
  }
  GlTextures textures;
  std::string picture_due;
  Host host;
  host.wake = [] { glfwPostEmptyEvent(); };
  host.clipboard = [&](const std::string& text) { glfwSetClipboardString(window.get(), text.c_str()); };
  host.picture = [&](const std::string& path) { picture_due = path; };
  Settings settings = wanted.settings;
  if (!wanted.scale_given) settings.scale = window.monitor_scale();
  {
    App app(textures, host, settings);
    window.state().app = &app;
    if (const auto view = view_of(wanted)) app.go_to_view(*view);
    app.open(wanted.trace, loader_of(wanted));
    run_until_closed(window, app, title_state, picture_due);
    if (!picture_at_end.empty()) {
      draw_frame(window.get(), app, 0);
      if (auto saved = save_picture(window.get(), picture_at_end); !saved) cli::print_error(saved.error());
    }
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
  return show(*wanted, parsed->has("title-state"), parsed->value("picture-at-end").value_or(""));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    fmt::print(stderr, "kmemlab-view: {}\n", e.what());
    return cli::exit_bad_input;
  }
}
