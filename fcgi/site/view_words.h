/* What the fields of the views mean to an author of templates.  `diptych template --describe` prints it.
 *
 * VIEW_WORDS_OWN: of one view, X(view, field, meaning); a field that does not exist does not compile.  VIEW_WORDS: of every
 * other field with that name.  A unit test finds fields without a meaning and names without a field. */
#ifndef DIPTYCH_SITE_VIEW_WORDS_H
#define DIPTYCH_SITE_VIEW_WORDS_H

#define VIEW_WORDS_OWN(X) \
  X(activity_view, kind, "release, post or event") \
  X(activity_view, product, "the name of the product") \
  X(attribute_view, kind, "text, number, bool, date, version, list or url") \
  X(attribute_view, sectors, "the sectors whose products are asked; empty: all") \
  X(band_view, last, "the score that ends the band belongs to it") \
  X(band_view, products, "the number of its products") \
  X(card_view, months, "its moves in each of 12 months") \
  X(chart_cell_view, sparks, "the number of sparks of the month") \
  X(chart_column_view, sparks, "the number of sparks") \
  X(chip_view, kind, "hidden words that explain a generic word") \
  X(compare_view, cadence, "a sentence: who ships more") \
  X(compare_view, days, "rows of the timeline: the moves of a product on one day") \
  X(compare_view, products, "the products in full, in order") \
  X(comparison_view, intro, "what the editors say first") \
  X(comparison_view, verdict, "the conclusion of the editors") \
  X(day_draw, more, "how many moves of the day are not shown") \
  X(day_draw, product, "the name of the product") \
  X(editorial_view, heading, "where the product is heading") \
  X(ended_view, lead, "what the links are, or that there are none") \
  X(error_view, links, "links to what may be meant") \
  X(fact_block_view, block, "the name of the group") \
  X(fact_block_view, heading, "the heading of the group") \
  X(feed_entry_view, href, "the page of the entry, absolute") \
  X(feed_entry_view, id, "the id of the entry, which never changes") \
  X(feed_view, id, "the id of the feed, which never changes") \
  X(grade_view, state, "open, came_true or failed") \
  X(home_view, days, "the releases of the last seven days") \
  X(home_view, months, "from when to when the small charts count") \
  X(home_view, more, "there are more releases") \
  X(home_view, sparks, "the newest sparks") \
  X(link_view, kind, "hidden words that explain a generic word") \
  X(listed_link_view, kind, "hidden words that explain a generic word") \
  X(methodology_view, facts, "the editors record facts") \
  X(pager_view, page, "the number of this page") \
  X(pager_view, total, "how many entries the list has") \
  X(past_view, heading, "where the product is heading") \
  X(past_view, next, "the editorial after it; not there: none") \
  X(past_view, previous, "the editorial before it; not there: none") \
  X(predictions_view, came_true, "how many came true") \
  X(predictions_view, failed, "how many failed") \
  X(predictions_view, open, "how many are open") \
  X(preview_view, more, "how many findings are not shown") \
  X(product_view, sectors, "its sectors, in order") \
  X(product_view, sparks, "sparks in 30 days") \
  X(product_view, themes, "its themes, in order") \
  X(ranking_view, months, "from when to when the small charts count") \
  X(ranking_view, products, "the products of the list, as cards") \
  X(search_view, products, "products with the words in their names") \
  X(search_view, sectors, "sectors with the words in their names") \
  X(search_view, summary, "what was found, in a sentence") \
  X(search_view, themes, "themes with the words in their slugs") \
  X(sector_view, products, "the number of its products") \
  X(sector_view, firsts, "the number of products whose first sector it is; the median is theirs") \
  X(sector_view, mixed, "some of its products have another first sector") \
  X(history_view, several, "the list has more than one entry") \
  X(predictions_view, several, "the list has more than one entry") \
  X(since_view, editorials, "the number of editorials that were published since") \
  X(since_view, facts, "the number of facts that were checked since") \
  X(since_view, products, "the products, with what is new of each") \
  X(theme_view, products, "the number of its products") \
  X(time_view, datetime, "“2026-08-22T11:00:00Z”") \
  X(time_view, label, "the time in words, “1h ago”") \
  X(trajectory_view, days, "rows of the timeline: the moves of one day") \
  X(velocity_view, cadence, "the first part of the formula, “4.44”") \
  X(velocity_view, sector, "the name of the sector of the median")

#define VIEW_WORDS(X) \
  X(about, "the site has a page about itself") \
  X(about_href, "where the product itself is shown") \
  X(about_text, "the text of the link about") \
  X(absolute, "the day, “22 Aug 2026”") \
  X(action, "where the form is sent") \
  X(add, "links that add one more product") \
  X(added, "this piece is new") \
  X(address, "the address of this page, absolute") \
  X(advice, "what to do about it") \
  X(after_href, "where the day goes on, when it does on another page") \
  X(all_href, "where all of them are") \
  X(all_since, "the day since which all were checked") \
  X(also_in, "the sector that it shares although it is not close") \
  X(alternate, "the page that the feed is about, absolute") \
  X(alternatives, "other products, as cards") \
  X(alternatives_href, "its alternatives") \
  X(alternatives_intro, "a sentence about the alternatives") \
  X(any, "the list has entries") \
  X(area, "height of the drawing, in pixels") \
  X(as_of, "when the counts end, in words") \
  X(asked, "the query is not empty") \
  X(at, "place from the left, in percent") \
  X(atom_href, "its Atom feed") \
  X(attributes, "the attributes that the editors record") \
  X(author, "who wrote it") \
  X(axis_y, "height of the axis, in pixels") \
  X(band, "dormant, slow, steady, active or surging") \
  X(bands, "the bands of the velocity") \
  X(bars, "months as small bars") \
  X(base_path, "the path of base_url, such as /tools; empty when it has none") \
  X(base_url, "the address of the site") \
  X(before_href, "where the day began, when it did on another page") \
  X(below, "the score at which the next band begins") \
  X(best, "the three alternatives that are closest") \
  X(block, "a section whose text is kept for other pages: {{#block}}") \
  X(blocks, "the facts in groups") \
  X(body, "a text of the editors") \
  X(breadcrumb, "the way from the home page to this page") \
  X(by, "the order of the list") \
  X(cadence, "how often it ships against its sector, as a number or a sentence") \
  X(calendar_href, "its calendar") \
  X(came_true, "the prediction came true") \
  X(canonical, "the address for search engines, absolute") \
  X(categories, "its categories") \
  X(cells, "its cells, one for each product") \
  X(changed, "it is not the same") \
  X(changes, "what changed since the editorial before") \
  X(chart, "the chart of activity; not there: no activity") \
  X(checked, "the day when it was checked, in words") \
  X(checked_on, "the day when it was checked, “2026-06-01”") \
  X(class, "spark, improvement or trivial") \
  X(column, "the column of the table") \
  X(columns, "the products of the table") \
  X(comparison, "the words of the editors on this pair") \
  X(comparisons, "comparisons, as links") \
  X(computed, "the score by the formula") \
  X(contact, "where errors are reported") \
  X(content, "the text of the entry, as markup") \
  X(counted_from, "the first day that is counted") \
  X(current, "this is the page that is shown") \
  X(current_state, "where the product stands") \
  X(cut, "the text was too long to compare in full") \
  X(date, "the day, “12 Aug 2026”") \
  X(datetime, "the time for machines") \
  X(day, "the day") \
  X(days, "rows of the timeline, or days") \
  X(description, "one or two sentences about the page") \
  X(differs, "the values of the block differ") \
  X(discontinued, "the product is discontinued") \
  X(draw, "the same as a drawing") \
  X(editorial, "its current editorial; not there: none") \
  X(editorials, "editorials, newest first") \
  X(ended, "a notice that a product is discontinued") \
  X(ends, "when the month ends") \
  X(entries, "the entries, newest first") \
  X(events, "events on or after the day") \
  X(evidence, "the activity that settled it") \
  X(example, "a product whose score is computed step by step") \
  X(excerpt, "the beginning of the text") \
  X(expires, "when the file is out of date") \
  X(eyebrow, "a word above the title") \
  X(facts, "the facts") \
  X(failed, "the prediction failed") \
  X(faq_href, "questions about it") \
  X(feeds, "the feeds of this page") \
  X(feet, "marks below a lane, as path data") \
  X(fields, "the fields of the form") \
  X(findings, "what was found") \
  X(first, "its first entry, counted from 1") \
  X(first_of_group, "the first row of its group") \
  X(first_page, "this is the first page of the list") \
  X(first_release, "its earliest release on record") \
  X(first_releases, "a product has a first release") \
  X(follow, "what the links to feed and calendar do") \
  X(found, "where the words of a search were found") \
  X(found_summary, "they were found in its summary") \
  X(from, "the lowest score of the band") \
  X(frozen, "the clock of the site is stopped") \
  X(grade, "how the prediction was graded") \
  X(group, "the group of the attribute") \
  X(groups, "groups by first letter") \
  X(hairlines, "lines of the grid, as path data") \
  X(head_title, "the title of the window") \
  X(heading, "where the product is heading, or the heading of a block") \
  X(headline, "the headline of its editorial") \
  X(height, "height in pixels") \
  X(help, "what is recorded") \
  X(hint, "what a reader can do") \
  X(history, "a link to the earlier editorials") \
  X(history_href, "its earlier editorials") \
  X(href, "its address on this site") \
  X(html, "a text as markup: {{{html}}}") \
  X(icon, "the address of the icon") \
  X(id, "what identifies it") \
  X(inexact, "nothing matches; these may be meant") \
  X(intro, "a sentence about the page, or a text that introduces") \
  X(json_ld, "data for search engines, one document") \
  X(json_path, "this page as JSON") \
  X(key_y, "height of the legend, in pixels") \
  X(kind, "of which kind it is") \
  X(label, "its text as it is shown") \
  X(label_width, "width of the left part") \
  X(label_x, "middle of the left part") \
  X(label_y, "height of the text, in pixels") \
  X(languages, "this page in each language of the site, for search engines") \
  X(lanes, "one lane for each product") \
  X(lang, "the language of the site") \
  X(last, "its last entry, counted from 1, or: it is the last band") \
  X(lastmod, "when it changed") \
  X(latest, "the latest day that the form takes") \
  X(latest_release, "its latest release; not there: none") \
  X(latest_releases, "a product has a latest release") \
  X(lead, "the newest editorial") \
  X(leader, "the fastest product") \
  X(leader_href, "its page") \
  X(leader_kind, "hidden words that explain its name") \
  X(leader_score, "its score") \
  X(leaders, "the fastest products") \
  X(lede, "the first sentence of the page") \
  X(left_out, "words are left out here") \
  X(letter, "the letter with which it begins; empty: as before") \
  X(letter_id, "the id of that letter") \
  X(lettered, "there are letters to go to") \
  X(letters, "links to the letters") \
  X(license, "its licence") \
  X(licenses, "a product has a licence") \
  X(lifecycle, "active, maintenance or discontinued") \
  X(line, "the line as path data") \
  X(lines, "one line for each product") \
  X(linked, "there are links") \
  X(links, "links, in order") \
  X(lives, "until when the link works") \
  X(loc, "the address, absolute") \
  X(logo, "the address of its logo; empty: the monogram is drawn") \
  X(long_name, "the name of the site, shortened less") \
  X(maintenance, "the product is in maintenance") \
  X(mark, "it is a word that was looked for") \
  X(markdown, "the text as Markdown: {{&markdown}}") \
  X(marked, "the address names a day") \
  X(md_path, "this page as Markdown") \
  X(meaning, "what is wrong") \
  X(floored, "the median is below 1 and counts as 1") \
  X(median, "the median of the sector’s moves in 90 days") \
  X(members, "the products of the page") \
  X(mentions, "products with the words in their summaries or facts") \
  X(meter, "the velocity on its scale") \
  X(monogram, "two letters that stand for the logo") \
  X(month, "the month") \
  X(month_href, "the page with the last 30 days marked") \
  X(months, "the months, or their names") \
  X(more, "there is more, or how much more") \
  X(more_href, "where the rest is") \
  X(most, "the most moves of a month") \
  X(moves, "the number of moves: releases and posts") \
  X(n90, "moves in 90 days") \
  X(name, "its name") \
  X(names, "all names, joined") \
  X(near, "products that may be meant") \
  X(new, "it is new since the day that the reader chose") \
  X(next, "the next page of the list") \
  X(next_date, "the day of the next editorial") \
  X(noindex, "search engines leave the page out") \
  X(none, "a sentence: there are none") \
  X(note, "a note of the editors") \
  X(of, "what it stands for") \
  X(og_alt, "the picture for links in words") \
  X(og_image, "the picture for links, absolute") \
  X(og_type, "website, article or profile") \
  X(on_about, "the page is in the section About") \
  X(on_compare, "the page is in the section Compare") \
  X(on_faq, "the page is in the section FAQ") \
  X(on_leaderboard, "the page is in the section Leaderboard") \
  X(on_methodology, "the page is in the section Methodology") \
  X(on_predictions, "the page is in the section Predictions") \
  X(on_products, "the page is in the section Products") \
  X(on_sectors, "the page is in the section Sectors") \
  X(on_themes, "the page is in the section Themes") \
  X(open, "the prediction is open, or how many are") \
  X(options, "the products to choose from") \
  X(orders, "the same list in other orders") \
  X(other_day, "it was checked on another day than the rest") \
  X(others, "other products of the sector") \
  X(others_title, "the title of the others") \
  X(outline, "a sentence: latest release, moves, licence") \
  X(overlap, "a sentence about what they share") \
  X(overridden, "a sentence about scores that the editors set") \
  X(override, "the editors set the score") \
  X(page, "the frame of the page") \
  X(pager, "the shown part of the list; not there: all") \
  X(pages, "how many pages the list has") \
  X(pair, "the page compares two products") \
  X(pale, "paler marks, as path data") \
  X(paragraphs, "its paragraphs") \
  X(past, "how many earlier editorials there are") \
  X(pick_href, "the form, with this product chosen") \
  X(picker, "the form that chooses products") \
  X(pieces, "a text in pieces") \
  X(place, "the row, “editorial 7”") \
  X(points, "its points") \
  X(popular, "comparisons that many look for") \
  X(position, "a, b, c or d: its place on the page, with its colour and shape") \
  X(prediction, "what the editors expect") \
  X(predictions, "predictions, newest first") \
  X(prev, "the page of the list before this one") \
  X(preview, "the banner of a preview; not there: a public page") \
  X(previous, "the editorial before") \
  X(problem, "what is wrong with the input") \
  X(product, "the product, or its name") \
  X(prose, "summary and reason, each ended as a sentence, for text that goes on") \
  X(product_href, "the page of the product") \
  X(product_slug, "the slug of the product") \
  X(products, "the products, or how many there are") \
  X(published, "when it was published") \
  X(quarter_href, "the page with the last 90 days marked") \
  X(query, "what was looked for") \
  X(question, "the question") \
  X(questions, "questions and answers") \
  X(rank, "its place in the list, from 1") \
  X(ranked, "the list has ranks") \
  X(rate, "how many predictions came true, in words") \
  X(reason, "why, in a sentence") \
  X(reason_for, "the product that the editors’ pick is for; empty where the page has one product") \
  X(recorded, "a value is recorded") \
  X(refused, "the text exceeds a limit; a notice stands in its place") \
  X(related, "related products, sectors or themes") \
  X(releases, "its releases of that day") \
  X(removed, "this piece was removed") \
  X(repositories, "a product has a repository") \
  X(repository_host, "the address of its repository, as it is shown") \
  X(repository_url, "the address of its repository") \
  X(request_id, "the number of the request") \
  X(revised, "it was revised since the day that the reader chose") \
  X(rows, "its rows") \
  X(runs, "pieces of text") \
  X(s30, "sparks in 30 days") \
  X(score, "its velocity, “5.0”") \
  X(scored, "it has a velocity") \
  X(sector, "its sector") \
  X(sector_href, "its sector") \
  X(sector_median, "the median of the sector itself") \
  X(sectors, "its sectors, or the sectors") \
  X(self, "the address of the feed, absolute") \
  X(sentence, "a whole sentence") \
  X(sep, "what stands before the next one, or nothing") \
  X(separator, "what stands before the name") \
  X(several, "there are several") \
  X(several_days, "some facts were checked on another day, or nobody knows when") \
  X(shared, "another product of the page has it as well") \
  X(shipped, "something was shipped") \
  X(short_name, "the name of the site, shortened") \
  X(sign, "its shape as a character") \
  X(since, "what is new since a day") \
  X(since_form, "the form that chooses the day") \
  X(site_name, "the name of the site") \
  X(size, "how many products, in words") \
  X(slug, "the word in its address") \
  X(sortable, "the list has other orders") \
  X(source, "the address of the source") \
  X(source_text, "the text of the link to the source") \
  X(space, "a blank before the piece, or nothing") \
  X(spark, "it is a spark") \
  X(sparked, "there are sparks") \
  X(sparks, "sparks") \
  X(standing, "its ranks, in a sentence") \
  X(state, "its state in a word") \
  X(status, "the status of the answer") \
  X(step, "1 to 5") \
  X(stylesheet, "the address of the stylesheet") \
  X(subtitle, "a line below the title") \
  X(suggest, "links for a search without result") \
  X(summaries, "a product has a summary") \
  X(summary, "one line: what it is or shows") \
  X(tabbed, "there are several pages") \
  X(tabs, "the pages on which the row stands") \
  X(text, "its text") \
  X(theme_stylesheet, "the address of theme.css of the theme; empty: none") \
  X(themes, "its themes, or the themes") \
  X(ticks, "marks of moves, as path data") \
  X(timeline_intro, "a sentence about the timeline") \
  X(timeline, "what was shipped, newest first") \
  X(title, "its title") \
  X(top, "top of the lane, in pixels") \
  X(top_themes, "its first four themes") \
  X(total, "how many there are in all") \
  X(undated, "nobody knows when it was checked, and the rest has a day") \
  X(unit, "the unit of the number") \
  X(unscored, "how many products have no score") \
  X(updated, "when it was changed") \
  X(updated_editorials, "editorials that were changed since") \
  X(url, "an address that the editors wrote; empty: none") \
  X(urls, "the addresses") \
  X(value, "the value") \
  X(value_width, "width of the right part") \
  X(value_x, "middle of the right part") \
  X(values, "one value for each product") \
  X(velocity, "its velocity") \
  X(velocity_history, "the velocity of past months") \
  X(verdict, "the result in a sentence, or the conclusion of the editors") \
  X(version, "the version") \
  X(versus, "links to its comparisons with the products of the page") \
  X(website_host, "the address of its website, as it is shown") \
  X(website_url, "the address of its website") \
  X(weeks, "the lanes count by weeks") \
  X(what, "the question what it is") \
  X(when, "when it happened") \
  X(width, "width in pixels") \
  X(with, "the name of the other product") \
  X(without_href, "the page without this product") \
  X(words, "words that explain, or how many there are") \
  X(written, "there are written comparisons") \
  X(x, "place from the left, in percent or pixels") \
  X(y, "place from the top, in pixels")

#endif
