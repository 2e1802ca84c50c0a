/* Graphs of the plan: groups of types, units and their parents, indicators that use each other, programmes,
 * milestones. All must be free of cycles, and most passes want "what is pointed at" before "what points".
 *
 * One depth-first walk, iterative (a chain of a million units must not need a million stack frames), with
 * three colours: white not seen, grey on the path, black done. A link to a grey node closes a cycle; the path
 * from that node up to here is the cycle:
 *
 *   path:  a ─▶ b ─▶ c ─▶ d          d links to b: "b contains c contains d contains b"
 *               ▲─────────┘                                                                     O(nodes + links) */
#include "language/check.h"

#define SHOWN_NODES 8u

/* Counting sort of the links by their origin; links of one node keep their order. */
bool atn_graph_make(atn_checker *c, uint32_t n, const atn_link *links, size_t n_links, atn_graph *out)
{
    uint32_t *const first = atn_check_scratch(c, (size_t)n + 2, sizeof *first);
    uint32_t *const to = atn_check_scratch(c, n_links, sizeof *to);
    if (first == NULL || to == NULL) {
        return false;
    }
    for (size_t i = 0; i < n_links; i++) {
        first[links[i].from + 2]++;
    }
    for (uint32_t i = 2; i <= n + 1; i++) {
        first[i] += first[i - 1];
    }
    for (size_t i = 0; i < n_links; i++) {
        to[first[links[i].from + 1]++] = links[i].to;
    }
    *out = (atn_graph){n, first, to};
    return true;
}

/* A long cycle shows its beginning and its end. */
static void tell_cycle(atn_checker *c, const atn_cycle_words *words, const uint32_t *path, uint32_t n_path)
{
    atn_buf buf;
    atn_buf_init(&buf, &c->scratch.alloc);
    for (uint32_t i = 0; i <= n_path; i++) {
        if (n_path > SHOWN_NODES && i == SHOWN_NODES / 2) {
            atn_buf_printf(&buf, "... (%u more) ... ", (unsigned)(n_path - SHOWN_NODES));
            i = n_path - SHOWN_NODES / 2;
        }
        const atn_item *const id = words->ids[path[i % n_path]];
        atn_buf_char(&buf, '\'');
        atn_buf_escaped(&buf, id->text, 64);
        atn_buf_text(&buf, "' ");
        if (i < n_path) {
            atn_buf_text(&buf, words->link);
            atn_buf_char(&buf, ' ');
        }
    }
    if (buf.failed) {
        c->failed = true;
    } else {
        ATN_CHECK_ERROR(c, words->ids[path[0]]->span, ATN_NO_HINT, "%s: %.*s", words->what, (int)buf.len - 1,
                        buf.data);
    }
    atn_buf_free(&buf);
}

typedef struct walk {
    const atn_graph *graph;
    const atn_cycle_words *words;
    uint8_t *colour;
    uint32_t *next_link; /* of each node: the next one to follow */
    uint32_t *path;
    uint32_t *place; /* of each grey node: where it is in the path */
    uint32_t *order;
    uint32_t n_order, n_cycles;
} walk;

enum { WHITE, GREY, BLACK };

static void walk_from(atn_checker *c, walk *w, uint32_t start)
{
    uint32_t n_path = 0;
    w->place[start] = n_path;
    w->path[n_path++] = start;
    w->colour[start] = GREY;
    w->next_link[start] = w->graph->first[start];
    while (n_path > 0) {
        const uint32_t node = w->path[n_path - 1];
        if (w->next_link[node] == w->graph->first[node + 1]) {
            w->colour[node] = BLACK;
            w->order[w->n_order++] = node;
            n_path--;
            continue;
        }
        const uint32_t next = w->graph->to[w->next_link[node]++];
        if (w->colour[next] == WHITE) {
            w->colour[next] = GREY;
            w->next_link[next] = w->graph->first[next];
            w->place[next] = n_path;
            w->path[n_path++] = next;
        } else if (w->colour[next] == GREY) {
            tell_cycle(c, w->words, w->path + w->place[next], n_path - w->place[next]);
            w->n_cycles++;
        }
    }
}

uint32_t atn_graph_order(atn_checker *c, const atn_graph *graph, const atn_cycle_words *words,
                         uint32_t *order)
{
    walk w = {.graph = graph, .words = words};
    w.order = order;
    w.colour = atn_check_scratch(c, graph->n, 1);
    w.next_link = atn_check_scratch(c, graph->n, sizeof *w.next_link);
    w.path = atn_check_scratch(c, graph->n, sizeof *w.path);
    w.place = atn_check_scratch(c, graph->n, sizeof *w.place);
    if (c->failed) {
        return 0;
    }
    for (uint32_t i = 0; i < graph->n && !c->failed; i++) {
        if (w.colour[i] == WHITE) {
            walk_from(c, &w, i);
        }
    }
    return w.n_cycles;
}
