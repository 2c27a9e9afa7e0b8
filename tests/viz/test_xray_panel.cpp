// The X-ray panel without a picture: what a click on a chain's box, an address or a page's cell picks, and that what
// lies under the mouse lights up elsewhere.
#include <imgui.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/sim/timeline_kit.h"
#include "viz/panels/xray.h"

namespace kmemlab::test {

namespace {

class NoTextures final : public viz::TextureMaker {
 public:
  ImTextureID make(ImTextureID, const viz::Pixels&) override { return nullptr; }
  void drop(ImTextureID) override {}
};

/// ImGui without a back end, and a window that is all X-ray.
class Stage {
 public:
  explicit Stage(const sim::Snapshot& now) : now_(now) {
    context_ = ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {610, 1200};
    io.DeltaTime = 1.0F / 60;
    io.MousePos = {-1, -1};
    theme_ = viz::make_theme(1, viz::Shade::dark, viz::Vision::normal);
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
    for (int i = 0; i < 3; ++i) frame();
  }
  ~Stage() { ImGui::DestroyContext(context_); }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  void frame() {
    ImGui::NewFrame();
    ids.begin_frame();
    viz::Look look(theme_, ids, textures_, memory_, selection, wishes_);
    look.now = &now_;
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize({610, 1200});
    ImGui::Begin("stage", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove);
    viz::draw_xray(look);
    ImGui::End();
    ImGui::Render();
  }
  void point(ImVec2 at) {
    ImGui::GetIO().MousePos = at;
    frame();
  }
  void click(ImVec2 at) {
    point(at);
    ImGui::GetIO().MouseDown[0] = true;
    frame();
    ImGui::GetIO().MouseDown[0] = false;
    frame();
  }
  viz::Rect rect(const std::string& id) {
    const auto found = ids.find(id);
    if (!found) FAIL("nothing is called " << id);
    return *found;
  }

  viz::Ids ids;
  viz::Selection selection;

  const viz::Wishes& wishes() const { return wishes_; }

 private:
  const sim::Snapshot& now_;
  ImGuiContext* context_ = nullptr;
  viz::Theme theme_;
  NoTextures maker_;
  viz::Textures textures_{maker_};
  viz::Memory memory_;
  viz::Wishes wishes_;
};

std::shared_ptr<const sim::Snapshot> small_run(const std::string& core) {
  TraceMaker t;
  t.at(1'000'000).task(1).alloc(1000);
  t.at(2'000'000).alloc(9000);
  auto reader = t.reader();
  auto timeline = timeline_of(reader, {core, 0});
  return sim::take_snapshot(timeline, {2, 0}).value();
}

}  // namespace

TEST_CASE("a click in the X-ray picks what is there", "[xray][panel]") {
  const auto now = small_run("bsd386");
  const std::vector<std::uint64_t> list = now->tables.list_of("kb_next");
  REQUIRE(list.size() == 3);  // of the four blocks of 1024 bytes one is granted
  Stage stage(*now);
  const float em = 14;

  const viz::Rect chain = stage.rect("xray.chain.kb_next.0");
  stage.point({chain.min.x + 1.2F * em, chain.centre().y});
  CHECK(stage.wishes().hover == Addr{list[0]});
  CHECK(!stage.selection.address);
  stage.click({chain.min.x + 1.2F * em, chain.centre().y});
  CHECK(stage.selection.address == Addr{list[0]});
  CHECK(stage.selection.page == Addr{list[0] & ~std::uint64_t{4095}});
  CHECK(!stage.selection.block);
  stage.click({chain.min.x + 2.4F * em, chain.centre().y});
  CHECK(stage.selection.address == Addr{list[1]});

  const viz::Rect pages = stage.rect("xray.kmemusage.line0");
  stage.click({pages.min.x + 3 * em, pages.centre().y});  // the second entry: the block of three pages
  CHECK(stage.selection.page == now->map.pages()[1].page);
  CHECK(stage.selection.address == now->map.blocks().back().address);
  CHECK(stage.selection.block == now->map.blocks().back().id);

  const viz::Rect row = stage.rect("xray.kmembuckets.0");
  bool found = false;
  for (float x = row.min.x; x < row.max.x && !found; x += 4) {
    stage.selection = {};
    stage.click({x, row.centre().y});
    found = stage.selection.address == Addr{list[0]};
  }
  CHECK(found);
}

TEST_CASE("every system's tables have their place, and none begins left of the window", "[xray][panel]") {
  const std::string core = GENERATE("bsd386", "osf1", "aix", "beos");
  const auto now = small_run(core);
  Stage stage(*now);
  for (const auto& [id, rect] : stage.ids.all()) {
    INFO(id);
    CHECK(rect.min.x >= 0);
    CHECK(rect.max.x > rect.min.x);
  }
  for (const sim::PublishedTable& t : now->tables.tables()) CHECK(stage.ids.find("xray." + t.name));
}

}  // namespace kmemlab::test
