// The reader of lessons.
#include <algorithm>
#include <utility>

#include "sim/scenario/expression.h"
#include "sim/scenario/lesson.h"
#include "sim/scenario/scenario.h"

namespace kmemlab::scenario {

namespace {

class LessonReader {
 public:
  LessonReader(const std::vector<Step>& steps, FirstError& first) : steps_(steps), first_(first) {}

  LessonText read(const Json& object) {
    Members in(object, "the lesson", first_);
    LessonText lesson;
    lesson.title = needed(in, "title");
    if (const Json* item = in.need("for")) {
      Members whom(*item, "\"for\"", first_);
      lesson.who = needed(whom, "who");
      whom.need("minutes");
      lesson.minutes = whom.number("minutes", 0);
      whom.finish();
    }
    lesson.intro = needed(in, "intro");
    if (const Json* list = list_of(in, "pages")) {
      for (const Json& item : list->items) lesson.pages.push_back(read_page(item));
    }
    lesson.closing = needed(in, "closing");
    in.finish();
    return lesson;
  }

 private:
  std::string needed(Members& in, std::string_view name) {
    in.need(name);
    std::string text = in.text(name);
    const Json* member = in.find(name);
    if (member != nullptr && member->kind == Json::Kind::text && text.empty()) {
      in.wrong(*member, "\"" + std::string(name) + "\" is empty", "expected words");
    }
    return text;
  }

  const Json* list_of(Members& in, std::string_view name) {
    const Json* list = in.need(name);
    if (list == nullptr) return nullptr;
    if (list->kind == Json::Kind::list && !list->items.empty()) return list;
    in.wrong(*list, "\"" + std::string(name) + "\" is " + (list->items.empty() ? "empty" : name_of(list->kind)),
             "expected a list with something in it");
    return nullptr;
  }

  LessonPage read_page(const Json& item) {
    Members in(item, "a page", first_);
    LessonPage page;
    page.line = item.line;
    page.step = read_place(in);
    page.text = needed(in, "text");
    if (const Json* list = in.find("checkpoint")) read_checkpoint(in, *list, page);
    if (const Json* ask = in.find("ask")) page.ask = read_ask(*ask);
    in.finish();
    if (page.step < last_step_) {
      in.wrong(item,
               "a page of step " + std::to_string(page.step) + " behind one of step " + std::to_string(last_step_),
               "expected pages in the order of their steps");
    }
    if (page.step == last_step_ && any_page_ && page.ask) {
      in.wrong(item, "a question about a step that was made",
               "expected it on the first page of step " + std::to_string(page.step) + ", or another step");
    }
    last_step_ = page.step;
    any_page_ = true;
    return page;
  }

  /// A number from 0, or the label of a step.
  std::size_t read_place(Members& in) {
    const Json* at = in.need("step");
    if (at == nullptr) return last_step_;
    if (at->kind == Json::Kind::integer) {
      const std::uint64_t n = in.number("step", 0);
      if (n <= steps_.size()) return static_cast<std::size_t>(n);
      in.wrong(*at, "there is no step " + at->text, "there are " + std::to_string(steps_.size()));
      return last_step_;
    }
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (at->kind == Json::Kind::text && !at->text.empty() && steps_[i].label == at->text) return i + 1;
    }
    in.wrong(*at, "there is no step '" + at->text + "'", "expected a number or the label of a step");
    return last_step_;
  }

  void read_checkpoint(Members& in, const Json& list, LessonPage& page) {
    for (const std::string& text : in.texts("checkpoint")) {
      const Json& at = list.kind == Json::Kind::list ? list.items[page.checkpoint.size()] : list;
      if (const auto good = check_comparison(text); !good) in.wrong(at, good.error().what, good.error().expected);
      page.checkpoint.push_back({at.line, text});
    }
  }

  LessonAsk read_ask(const Json& item) {
    constexpr std::pair<std::string_view, AskKind> kinds[] = {
        {"number", AskKind::number}, {"choice", AskKind::choice}, {"page", AskKind::page}, {"block", AskKind::block}};
    Members in(item, "a question", first_);
    LessonAsk ask;
    ask.line = item.line;
    ask.question = needed(in, "question");
    const std::string kind = needed(in, "kind");
    const auto found = std::find_if(std::begin(kinds), std::end(kinds), [&](const auto& k) { return k.first == kind; });
    if (found == std::end(kinds)) {
      in.wrong(item, "\"kind\" is '" + kind + "'", "expected one of number choice page block");
    } else {
      ask.kind = found->second;
    }
    ask.answer = in.expression("answer").value_or("");
    ask.unit = in.text("unit");
    ask.reveal = needed(in, "reveal");
    ask.wrong = in.text("wrong");
    if (const Json* list = in.find("choices")) read_choices(in, *list, ask);
    check_ask(in, item, ask);
    in.finish();
    return ask;
  }

  void read_choices(Members& in, const Json& list, LessonAsk& ask) {
    if (list.kind != Json::Kind::list) in.wrong(list, "\"choices\" is no list", "expected one");
    for (const Json& item : list.items) {
      if (item.kind == Json::Kind::text) {
        ask.choices.push_back({item.text, {}});
        continue;
      }
      Members choice(item, "a choice", first_);
      LessonChoice c;
      c.text = needed(choice, "text");
      c.holds = needed(choice, "if");
      if (const auto good = check_comparison(c.holds); !good) in.wrong(item, good.error().what, good.error().expected);
      choice.finish();
      ask.choices.push_back(std::move(c));
    }
  }

  static void check_ask(const Members& in, const Json& item, const LessonAsk& ask) {
    if (ask.kind != AskKind::choice) {
      if (!ask.choices.empty()) in.wrong(item, "choices of a question that is no choice", "expected kind choice");
      if (ask.answer.empty()) return in.wrong(item, "a question without \"answer\"", "expected an expression");
      if (constant(ask.answer)) {
        in.wrong(item, "the answer is the literal " + ask.answer, "expected an expression that the run gives a value");
      }
      return;
    }
    if (ask.choices.size() < 2) return in.wrong(item, "a choice between fewer than two", "expected \"choices\"");
    std::size_t with = 0;
    for (const LessonChoice& c : ask.choices) with += c.holds.empty() ? 0 : 1;
    if (with != (ask.answer.empty() ? ask.choices.size() : 0)) {
      in.wrong(item, "a choice whose right answer is unclear", "expected \"answer\", or an \"if\" with every choice");
    }
  }

  const std::vector<Step>& steps_;
  FirstError& first_;
  std::size_t last_step_ = 0;
  bool any_page_ = false;
};

}  // namespace

LessonText read_lesson(const Json& object, const std::vector<Step>& steps, FirstError& first) {
  return LessonReader(steps, first).read(object);
}

}  // namespace kmemlab::scenario
