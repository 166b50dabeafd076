-- diptych: the forms of Directus over the tables of diptych. `setup` runs this file.
--
-- The rows written here are Directus's own: collections, fields, relations, one policy
-- and one role. They are written by SQL because Directus's API alters the table of each
-- field and relation that it is told of. No table of diptych is altered.
--
-- The file can be run again. It takes back what was changed by hand in the rows that
-- it writes, and keeps other collections, fields, roles and the users.
--
-- @site is the address of the site, without a slash at its end. With @pane = 1 Directus
-- also shows previews beside the form, which the site has to allow (README.md). Written
-- for Directus 11 and 12 on MariaDB and MySQL. Editors are users of Directus with the role "Editor".
--
-- `rights` of a field is one letter, for columns the same as in grants.sql:
--   w  shown and written
--   r  shown, not written
--   l  written by the form that a row belongs to, not shown: the two ends of a link
--   t  technical: read by forms, not shown, not written
-- Columns without a row here are maintained by the schema or by `diptych import`.
-- Directus does not see them, because its account has no right to them.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';
SET @site = COALESCE(@site, 'http://localhost:8080');

CREATE TEMPORARY TABLE diptych_collection (
  sort INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  collection VARCHAR(64) NOT NULL, icon VARCHAR(64) NOT NULL, hidden TINYINT NOT NULL DEFAULT 0,
  label VARCHAR(64) NOT NULL, singular VARCHAR(64) NOT NULL, note TEXT NULL, display_template VARCHAR(255) NULL,
  sort_field VARCHAR(64) NULL, actions VARCHAR(64) NOT NULL DEFAULT 'create,read,update,delete');

CREATE TEMPORARY TABLE diptych_field (
  sort INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  collection VARCHAR(64) NOT NULL, field VARCHAR(64) NOT NULL, rights CHAR(1) NOT NULL, width VARCHAR(30) NOT NULL DEFAULT 'full',
  interface VARCHAR(64) NULL, special VARCHAR(64) NULL, label VARCHAR(64) NULL, note TEXT NULL, options LONGTEXT NULL,
  display VARCHAR(64) NULL, display_options LONGTEXT NULL, conditions LONGTEXT NULL, form_group VARCHAR(64) NULL,
  required TINYINT NOT NULL DEFAULT 0, validation LONGTEXT NULL, validation_message TEXT NULL);

CREATE TEMPORARY TABLE diptych_relation (
  many_collection VARCHAR(64) NOT NULL, many_field VARCHAR(64) NOT NULL, one_collection VARCHAR(64) NOT NULL,
  one_field VARCHAR(64) NULL, junction_field VARCHAR(64) NULL, sort_field VARCHAR(64) NULL);

-- Collections -------------------------------------------------------------------
-- In the order of the menu. Hidden ones are edited in the form of their product.

INSERT INTO diptych_collection (collection, icon, label, singular, note, display_template, sort_field) VALUES
('product',    'inventory_2',    'Products',    'Product',    'What the site compares. Editorials, ship moves, facts, picks and questions are in the form of their product.', '{{name}}', NULL),
('editorial',  'edit_note',      'Editorials',  'Editorial',  'What you write about one product. The newest published one is shown; older ones are its history.', '{{headline}}', NULL),
('activity',   'rocket_launch',  'Ship moves',  'Ship move',  'Releases, posts and events. They make the timelines and the score.', '{{title}}', NULL),
('comparison', 'compare_arrows', 'Comparisons', 'Comparison', 'Your words on two products. Their comparison page exists without them.', '{{product_id.name}} and {{other_product_id.name}}', NULL),
('faq',        'help',           'Questions',   'Question',   'With no product, a question is about the site; with one, about that product; with two, about the pair.', '{{question}}', 'sort'),
('page',       'article',        'Pages',       'Page',       'Pages of the site itself, such as /about.', '{{title}}', NULL),
('attribute',  'table_chart',    'Attributes',  'Attribute',  'The rows of the tables of facts. The values are in the form of each product. They are deleted with the attribute; an archived one keeps them.', '{{name}}', 'sort'),
('sector',     'category',       'Sectors',     'Sector',     'A product is ranked and compared in its first sector. A sector that is deleted leaves its products.', '{{name}}', 'sort'),
('theme',      'sell',           'Themes',      'Theme',      'Themes connect products of different sectors. A theme that is deleted leaves its products.', '{{name}}', NULL);
INSERT INTO diptych_collection (collection, icon, label, singular, note, display_template, actions) VALUES
('lint_finding', 'fact_check', 'To look at', 'Finding', 'What readers would stumble over, as of the last check of the site.', '{{meaning}}', 'read');
INSERT INTO diptych_collection (collection, icon, hidden, label, singular, display_template, sort_field, actions) VALUES
('fact',             'fact_check', 1, 'Facts',             'Fact',             '{{attribute_id.name}}: {{value}}', NULL, 'create,read,update,delete'),
('alternative',      'alt_route',  1, 'Picks',             'Pick',             '{{other_product_id.name}}', 'sort', 'create,read,update,delete'),
('product_source',   'rss_feed',   1, 'Sources',           'Source',           '{{kind}} {{url}}', NULL, 'create,read,update,delete'),
('product_alias',    'history',    1, 'Former addresses',  'Former address',   '{{slug}}', NULL, 'read'),
('product_sector',   'link',       1, 'Sectors of a product',    'Sector of a product',    '{{sector_id.name}}', 'sort', 'create,read,update,delete'),
('product_theme',    'link',       1, 'Themes of a product',     'Theme of a product',     '{{theme_id.name}}', 'sort', 'create,read,update,delete'),
('attribute_sector', 'link',       1, 'Sectors of an attribute', 'Sector of an attribute', '{{sector_id.name}}', 'sort', 'create,read,update,delete'),
('lint_run',         'schedule',   1, 'Checks',            'Check',            '{{finished_at}}', NULL, 'read');

-- Relations ---------------------------------------------------------------------
-- The foreign keys of diptych have a second column that Directus does not know, so each
-- relation is named. What leaves a list is deleted, because its column is NOT NULL.

INSERT INTO diptych_relation VALUES
('product_sector', 'product_id', 'product', 'sectors', 'sector_id', 'sort'),
('product_sector', 'sector_id', 'sector', 'products', 'product_id', NULL),
('product_theme', 'product_id', 'product', 'themes', 'theme_id', 'sort'),
('product_theme', 'theme_id', 'theme', 'products', 'product_id', NULL),
('attribute_sector', 'attribute_id', 'attribute', 'sectors', 'sector_id', 'sort'),
('attribute_sector', 'sector_id', 'sector', 'attributes', 'attribute_id', NULL),
('product_alias', 'product_id', 'product', 'aliases', NULL, NULL),
('product_source', 'product_id', 'product', 'sources', NULL, NULL),
('editorial', 'product_id', 'product', 'editorials', NULL, NULL),
('editorial', 'prediction_activity_id', 'activity', NULL, NULL, NULL),
('activity', 'product_id', 'product', 'moves', NULL, NULL),
('fact', 'product_id', 'product', 'facts', NULL, NULL),
('fact', 'attribute_id', 'attribute', 'facts', NULL, NULL),
('alternative', 'product_id', 'product', 'picks', NULL, 'sort'),
('alternative', 'other_product_id', 'product', NULL, NULL, NULL),
('faq', 'product_id', 'product', 'questions', NULL, 'sort'),
('faq', 'other_product_id', 'product', NULL, NULL, NULL),
('comparison', 'product_id', 'product', NULL, NULL, NULL),
('comparison', 'other_product_id', 'product', NULL, NULL, NULL),
('lint_finding', 'run', 'lint_run', NULL, NULL, NULL);

-- Fields ------------------------------------------------------------------------
-- In the order of the form. What all fields of a name share follows below.

INSERT INTO diptych_field (collection, field, rights, width, interface, special, label, note, options, form_group) VALUES
-- A product and all that belongs to it.
('product', 'preview', 'w', 'full', 'presentation-links', 'alias,no-data', 'Preview', NULL, NULL, NULL),
('product', 'name', 'w', 'half', 'input', NULL, 'Name', 'Shown everywhere as you write it.', NULL, NULL),
('product', 'slug', 'w', 'half', 'input', NULL, 'Address', 'The word in the address of the page. You may change it: the old address leads to the new one.', NULL, NULL),
('product', 'status', 'w', 'half', 'select-dropdown', NULL, 'Status', 'An archived product answers that it is gone.', NULL, NULL),
('product', 'lifecycle', 'w', 'half', 'select-dropdown', NULL, 'Lifecycle', 'A discontinued product says so under its name.', '{"choices":[{"text":"Active","value":"active"},{"text":"Maintenance","value":"maintenance"},{"text":"Discontinued","value":"discontinued"}]}', NULL),
('product', 'summary', 'w', 'full', 'input', NULL, 'Summary', 'One line that says what the product is, at most 255 characters. It stands in lists and in the search.', '{"trim":true,"softLength":255}', NULL),
('product', 'sectors', 'w', 'half', 'list-m2m', 'm2m', 'Sectors', 'Drag to sort. The product is ranked and compared in the first one.', '{"template":"{{sector_id.name}}","enableCreate":false,"limit":16}', NULL),
('product', 'themes', 'w', 'half', 'list-m2m', 'm2m', 'Themes', 'Drag to sort.', '{"template":"{{theme_id.name}}","limit":32}', NULL),
('product', 'editorials', 'w', 'full', 'list-o2m', 'o2m', 'Editorials', 'The newest published one is shown. Write a new one when the story has changed.', '{"layout":"table","fields":["headline","status","published_at","author"],"sort":"published_at","sortDirection":"-","enableSelect":false,"limit":5}', NULL),
('product', 'moves', 'w', 'full', 'list-o2m', 'o2m', 'Ship moves', 'Releases, posts and events.', '{"layout":"table","fields":["occurred_at","title","version","class","status"],"sort":"occurred_at","sortDirection":"-","enableSelect":false,"limit":5}', NULL),
('product', 'facts', 'w', 'full', 'list-o2m', 'o2m', 'Facts', 'One value for each attribute. An attribute without one is shown as not recorded.', '{"layout":"table","fields":["attribute_id","value","checked_on"],"enableSelect":false,"limit":10}', NULL),
('product', 'picks', 'w', 'full', 'list-o2m', 'o2m', 'Picks', 'Alternatives that you name yourself. They come before those that are computed. Drag to sort.', '{"layout":"table","fields":["other_product_id","reason","status"],"enableSelect":false,"limit":10}', NULL),
('product', 'questions', 'w', 'full', 'list-o2m', 'o2m', 'Questions', 'Questions about this product alone. Drag to sort.', '{"layout":"table","fields":["question","status"],"filter":{"other_product_id":{"_null":true}},"enableSelect":false,"limit":10}', NULL),
('product', 'links', 'w', 'full', 'group-detail', 'alias,no-data,group', 'Links, licence and logo', NULL, '{"start":"closed","headerIcon":"link"}', NULL),
('product', 'website_url', 'w', 'half', 'input', NULL, 'Website', 'May be typed without https://.', '{"trim":true,"iconLeft":"link"}', 'links'),
('product', 'repository_url', 'w', 'half', 'input', NULL, 'Repository', 'May be typed without https://.', '{"trim":true,"iconLeft":"code"}', 'links'),
('product', 'logo_url', 'w', 'half', 'input', NULL, 'Logo', 'The address of a picture, with https:. Without one, two letters of the name stand there.', '{"trim":true,"iconLeft":"image"}', 'links'),
('product', 'license', 'w', 'half', 'input', NULL, 'Licence', NULL, '{"trim":true,"placeholder":"Apache-2.0"}', 'links'),
('product', 'more', 'w', 'full', 'group-detail', 'alias,no-data,group', 'Sources, score and former addresses', NULL, '{"start":"closed","headerIcon":"tune"}', NULL),
('product', 'sources', 'w', 'full', 'list-o2m', 'o2m', 'Sources', 'Feeds from which ship moves are imported.', '{"layout":"table","fields":["kind","url","status","checked_at","error"],"enableSelect":false,"limit":5}', 'more'),
('product', 'velocity_override', 'w', 'half', 'input', NULL, 'Score instead of the computed one', 'From 0 to 10. Leave it empty, unless the ship moves tell a wrong story.', '{"min":0,"max":10,"step":0.1}', 'more'),
('product', 'aliases', 'r', 'full', 'list-o2m', 'o2m', 'Former addresses', 'They lead to the address of today.', '{"template":"{{slug}}","enableCreate":false,"enableSelect":false}', 'more'),
('product', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('product', 'preview_token', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('product', 'created_at', 't', 'full', NULL, 'cast-timestamp', 'Created', NULL, NULL, NULL),
('product', 'updated_at', 't', 'full', NULL, 'cast-timestamp', 'Changed', NULL, NULL, NULL),

('editorial', 'preview', 'w', 'full', 'presentation-links', 'alias,no-data', 'Preview', NULL, NULL, NULL),
('editorial', 'product_id', 'w', 'half', 'select-dropdown-m2o', 'm2o', 'Product', NULL, NULL, NULL),
('editorial', 'author', 'w', 'half', 'input', NULL, 'Author', 'Printed under the editorial.', '{"trim":true}', NULL),
('editorial', 'status', 'w', 'half', 'select-dropdown', NULL, 'Status', NULL, NULL, NULL),
('editorial', 'published_at', 'w', 'half', 'datetime', 'cast-timestamp', 'Published at', 'Empty: the moment at which you publish. A time to come: the editorial appears then. Your own time zone.', '{"includeSeconds":false,"use24":true}', NULL),
('editorial', 'headline', 'w', 'full', 'input', NULL, 'Headline', 'The one sentence to remember. Up to 120 characters fit every page.', '{"trim":true,"softLength":120}', NULL),
('editorial', 'current_state_md', 'w', 'full', 'input-rich-text-md', NULL, 'Current state', 'Where the product stands.', NULL, NULL),
('editorial', 'heading_md', 'w', 'full', 'input-rich-text-md', NULL, 'Where it is heading', 'What its makers work on.', NULL, NULL),
('editorial', 'prediction_md', 'w', 'full', 'input-rich-text-md', NULL, 'Prediction', 'What you expect, with a date by which you can be proved wrong.', NULL, NULL),
('editorial', 'settled', 'w', 'full', 'group-detail', 'alias,no-data,group', 'How the prediction turned out', NULL, '{"start":"closed","headerIcon":"gavel"}', NULL),
('editorial', 'prediction_state', 'w', 'half', 'select-dropdown', NULL, 'The prediction', NULL, '{"choices":[{"text":"Open","value":"open"},{"text":"Came true","value":"came_true"},{"text":"Failed","value":"failed"}]}', 'settled'),
('editorial', 'prediction_activity_id', 'w', 'half', 'select-dropdown-m2o', 'm2o', 'Decided by', 'The ship move that decided it, if there is one.', '{"template":"{{occurred_at}} {{title}}","enableCreate":false,"filter":{"product_id":{"_eq":"{{product_id}}"}}}', 'settled'),
('editorial', 'prediction_note', 'w', 'full', 'input', NULL, 'What happened', NULL, '{"trim":true}', 'settled'),
('editorial', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('editorial', 'preview_token', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('editorial', 'created_at', 't', 'full', NULL, 'cast-timestamp', 'Created', NULL, NULL, NULL),
('editorial', 'updated_at', 't', 'full', NULL, 'cast-timestamp', 'Changed', NULL, NULL, NULL),

('activity', 'product_id', 'w', 'half', 'select-dropdown-m2o', 'm2o', 'Product', NULL, NULL, NULL),
('activity', 'occurred_at', 'w', 'half', 'datetime', 'cast-timestamp', 'Date', 'Empty: now. Your own time zone.', '{"includeSeconds":false,"use24":true}', NULL),
('activity', 'title', 'w', 'full', 'input', NULL, 'Title', NULL, '{"trim":true}', NULL),
('activity', 'kind', 'w', 'half', 'select-dropdown', NULL, 'Kind', NULL, '{"choices":[{"text":"Release","value":"release"},{"text":"Post","value":"post"},{"text":"Event","value":"event"}]}', NULL),
('activity', 'class', 'w', 'half', 'select-dropdown', NULL, 'Class', 'A spark changes what the product is. An improvement adds something. Everything else is trivial.', '{"choices":[{"text":"Spark","value":"spark"},{"text":"Improvement","value":"improvement"},{"text":"Trivial","value":"trivial"}]}', NULL),
('activity', 'version', 'w', 'half', 'input', NULL, 'Version', 'Of a release, such as 4.1.0.', '{"trim":true}', NULL),
('activity', 'url', 'w', 'half', 'input', NULL, 'Link', 'Where it was announced.', '{"trim":true,"iconLeft":"link"}', NULL),
('activity', 'status', 'w', 'half', 'select-dropdown', NULL, 'Status', NULL, NULL, NULL),
('activity', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),

('fact', 'product_id', 'l', 'half', 'select-dropdown-m2o', 'm2o', 'Product', NULL, NULL, NULL),
('fact', 'attribute_id', 'w', 'full', 'select-dropdown-m2o', 'm2o', 'Attribute', NULL, '{"template":"{{name}} ({{kind}})","enableCreate":false}', NULL),
('fact', 'value', 'w', 'full', 'input', NULL, 'Value', 'A number has a point and no unit. Yes or no is yes, no or partly. A date is 2026-08-22. Items of a list are separated by a comma.', '{"trim":true}', NULL),
('fact', 'note', 'w', 'full', 'input', NULL, 'Note', NULL, '{"trim":true}', NULL),
('fact', 'source_url', 'w', 'half', 'input', NULL, 'Source', 'The address where you read it.', '{"trim":true,"iconLeft":"link"}', NULL),
('fact', 'checked_on', 'w', 'half', 'datetime', NULL, 'Checked on', 'The day when you looked.', NULL, NULL),
('fact', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),

('alternative', 'product_id', 'l', 'half', 'select-dropdown-m2o', 'm2o', 'Product', NULL, NULL, NULL),
('alternative', 'preview', 'w', 'full', 'presentation-links', 'alias,no-data', 'Preview', NULL, NULL, NULL),
('alternative', 'other_product_id', 'w', 'half', 'select-dropdown-m2o', 'm2o', 'Alternative', 'The other product.', '{"template":"{{name}}","enableCreate":false,"filter":{"id":{"_neq":"{{product_id}}"}}}', NULL),
('alternative', 'status', 'w', 'half', 'select-dropdown', NULL, 'Status', NULL, NULL, NULL),
('alternative', 'reason', 'w', 'full', 'input', NULL, 'Reason', 'Half a sentence. It leads one way: make a second pick if both are good for each other.', '{"trim":true}', NULL),
('alternative', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('alternative', 'sort', 'l', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('alternative', 'preview_token', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),

('product_source', 'product_id', 'l', 'half', 'select-dropdown-m2o', 'm2o', 'Product', NULL, NULL, NULL),
('product_source', 'kind', 'w', 'half', 'select-dropdown', NULL, 'Kind', NULL, '{"choices":[{"text":"Atom feed","value":"atom"},{"text":"RSS feed","value":"rss"},{"text":"JSON feed","value":"json_feed"},{"text":"Releases on GitHub","value":"github_releases"},{"text":"endoflife.date","value":"endoflife"}]}', NULL),
('product_source', 'status', 'w', 'half', 'select-dropdown', NULL, 'Status', 'Only published sources are asked.', NULL, NULL),
('product_source', 'url', 'w', 'full', 'input', NULL, 'Address', NULL, '{"trim":true,"iconLeft":"link"}', NULL),
('product_source', 'checked_at', 'r', 'half', 'datetime', 'cast-timestamp', 'Last asked', NULL, NULL, NULL),
('product_source', 'error', 'r', 'full', 'input', NULL, 'Last error', NULL, NULL, NULL),
('product_source', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),

('product_alias', 'product_id', 't', 'half', 'select-dropdown-m2o', 'm2o', 'Product', NULL, NULL, NULL),
('product_alias', 'slug', 'r', 'half', 'input', NULL, 'Former address', NULL, NULL, NULL),
('product_alias', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),

('comparison', 'preview', 'w', 'full', 'presentation-links', 'alias,no-data', 'Preview', NULL, NULL, NULL),
('comparison', 'product_id', 'w', 'half', 'select-dropdown-m2o', 'm2o', 'One product', 'In either order.', NULL, NULL),
('comparison', 'other_product_id', 'w', 'half', 'select-dropdown-m2o', 'm2o', 'The other product', NULL, '{"template":"{{name}}","enableCreate":false,"filter":{"id":{"_neq":"{{product_id}}"}}}', NULL),
('comparison', 'status', 'w', 'half', 'select-dropdown', NULL, 'Status', NULL, NULL, NULL),
('comparison', 'intro_md', 'w', 'full', 'input-rich-text-md', NULL, 'Introduction', 'Stands between the tables and the two panels.', NULL, NULL),
('comparison', 'verdict_md', 'w', 'full', 'input-rich-text-md', NULL, 'Verdict', 'Which of both for whom.', NULL, NULL),
('comparison', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('comparison', 'preview_token', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),

('faq', 'preview', 'w', 'full', 'presentation-links', 'alias,no-data', 'Preview', NULL, NULL, NULL),
('faq', 'question', 'w', 'full', 'input', NULL, 'Question', NULL, '{"trim":true,"softLength":200}', NULL),
('faq', 'answer_md', 'w', 'full', 'input-rich-text-md', NULL, 'Answer', NULL, NULL, NULL),
('faq', 'product_id', 'w', 'half', 'select-dropdown-m2o', 'm2o', 'About', 'Empty: a question about the site.', NULL, NULL),
('faq', 'other_product_id', 'w', 'half', 'select-dropdown-m2o', 'm2o', 'And', 'Only for a question about two products.', '{"template":"{{name}}","enableCreate":false,"filter":{"id":{"_neq":"{{product_id}}"}}}', NULL),
('faq', 'status', 'w', 'half', 'select-dropdown', NULL, 'Status', NULL, NULL, NULL),
('faq', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('faq', 'sort', 'l', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('faq', 'preview_token', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),

('page', 'preview', 'w', 'full', 'presentation-links', 'alias,no-data', 'Preview', NULL, NULL, NULL),
('page', 'title', 'w', 'half', 'input', NULL, 'Title', NULL, '{"trim":true}', NULL),
('page', 'slug', 'w', 'half', 'input', NULL, 'Address', 'The word in the address of the page.', NULL, NULL),
('page', 'status', 'w', 'half', 'select-dropdown', NULL, 'Status', NULL, NULL, NULL),
('page', 'body_md', 'w', 'full', 'input-rich-text-md', NULL, 'Text', NULL, NULL, NULL),
('page', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('page', 'preview_token', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('page', 'updated_at', 't', 'full', NULL, 'cast-timestamp', 'Changed', NULL, NULL, NULL),

('attribute', 'name', 'w', 'half', 'input', NULL, 'Name', NULL, '{"trim":true}', NULL),
('attribute', 'slug', 'w', 'half', 'input', NULL, 'Short name', 'For addresses and programs.', NULL, NULL),
('attribute', 'kind', 'w', 'half', 'select-dropdown', NULL, 'Kind', 'How the values are read and compared.', '{"choices":[{"text":"Text","value":"text"},{"text":"Number","value":"number"},{"text":"Yes or no","value":"bool"},{"text":"Date","value":"date"},{"text":"Version","value":"version"},{"text":"List","value":"list"},{"text":"Link","value":"url"}]}', NULL),
('attribute', 'unit', 'w', 'half', 'input', NULL, 'Unit', 'Only of numbers.', '{"trim":true,"placeholder":"MB"}', NULL),
('attribute', 'group_name', 'w', 'half', 'input', NULL, 'Group', 'The heading under which it stands.', '{"trim":true}', NULL),
('attribute', 'status', 'w', 'half', 'select-dropdown', NULL, 'Status', NULL, NULL, NULL),
('attribute', 'help', 'w', 'full', 'input', NULL, 'Explanation', 'One line for readers who do not know the word.', '{"trim":true}', NULL),
('attribute', 'sectors', 'w', 'full', 'list-m2m', 'm2m', 'Sectors', 'Only products of these sectors are asked. None: all products.', '{"template":"{{sector_id.name}}","enableCreate":false}', NULL),
('attribute', 'facts', 't', 'full', 'list-o2m', 'o2m', 'Facts', NULL, NULL, NULL),
('attribute', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('attribute', 'sort', 'l', 'full', NULL, NULL, NULL, NULL, NULL, NULL),

('sector', 'name', 'w', 'half', 'input', NULL, 'Name', NULL, '{"trim":true}', NULL),
('sector', 'slug', 'w', 'half', 'input', NULL, 'Address', 'The word in the address of the page.', NULL, NULL),
('sector', 'products', 't', 'full', 'list-m2m', 'm2m', 'Products', NULL, NULL, NULL),
('sector', 'attributes', 't', 'full', 'list-m2m', 'm2m', 'Attributes', NULL, NULL, NULL),
('sector', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('sector', 'sort', 'l', 'full', NULL, NULL, NULL, NULL, NULL, NULL),

('theme', 'name', 'w', 'half', 'input', NULL, 'Name', NULL, '{"trim":true}', NULL),
('theme', 'slug', 'w', 'half', 'input', NULL, 'Address', 'The word in the address of the page.', NULL, NULL),
('theme', 'products', 't', 'full', 'list-m2m', 'm2m', 'Products', NULL, NULL, NULL),
('theme', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),

('product_sector', 'product_id', 'l', 'full', NULL, 'm2o', NULL, NULL, NULL, NULL),
('product_sector', 'sector_id', 'w', 'full', 'select-dropdown-m2o', 'm2o', 'Sector', NULL, '{"template":"{{name}}","enableCreate":false}', NULL),
('product_sector', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('product_sector', 'sort', 'l', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('product_theme', 'product_id', 'l', 'full', NULL, 'm2o', NULL, NULL, NULL, NULL),
('product_theme', 'theme_id', 'w', 'full', 'select-dropdown-m2o', 'm2o', 'Theme', NULL, '{"template":"{{name}}"}', NULL),
('product_theme', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('product_theme', 'sort', 'l', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('attribute_sector', 'attribute_id', 'l', 'full', NULL, 'm2o', NULL, NULL, NULL, NULL),
('attribute_sector', 'sector_id', 'w', 'full', 'select-dropdown-m2o', 'm2o', 'Sector', NULL, '{"template":"{{name}}","enableCreate":false}', NULL),
('attribute_sector', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('attribute_sector', 'sort', 'l', 'full', NULL, NULL, NULL, NULL, NULL, NULL),

('lint_finding', 'meaning', 'r', 'full', 'input', NULL, 'What it is', NULL, NULL, NULL),
('lint_finding', 'advice', 'r', 'full', 'input', NULL, 'What to do', NULL, NULL, NULL),
('lint_finding', 'words', 'r', 'full', 'input-multiline', NULL, 'The words', NULL, NULL, NULL),
('lint_finding', 'table_name', 'r', 'half', 'input', NULL, 'Table', NULL, NULL, NULL),
('lint_finding', 'row_id', 'r', 'half', 'input', NULL, 'Number of the row', NULL, NULL, NULL),
('lint_finding', 'column_name', 'r', 'half', 'input', NULL, 'Column', NULL, NULL, NULL),
('lint_finding', 'rule', 'r', 'half', 'input', NULL, 'Rule', NULL, NULL, NULL),
('lint_finding', 'run', 'r', 'half', 'select-dropdown-m2o', 'm2o', 'Checked', NULL, '{"template":"{{finished_at}}","enableCreate":false}', NULL),
('lint_finding', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('lint_run', 'id', 't', 'full', NULL, NULL, NULL, NULL, NULL, NULL),
('lint_run', 'finished_at', 'r', 'half', 'datetime', 'cast-timestamp', 'Checked', NULL, NULL, NULL);

-- A row that a form makes must have these; the database has a default for the others.
UPDATE diptych_field SET required = 1
 WHERE (collection IN ('product', 'sector', 'theme', 'attribute') AND field IN ('name', 'slug'))
    OR (collection = 'page' AND field IN ('title', 'slug'))
    OR (collection IN ('editorial', 'activity', 'comparison') AND field = 'product_id')
    OR (collection IN ('comparison', 'alternative') AND field = 'other_product_id')
    OR (collection = 'activity' AND field = 'title') OR (collection = 'faq' AND field = 'question')
    OR (collection = 'fact' AND field IN ('attribute_id', 'value'))
    OR (collection = 'alternative' AND field = 'reason') OR (collection = 'product_source' AND field = 'url');

-- Slugs, as the CHECKs have them. trim takes the blanks of a pasted word away.
SET @slug = '^(?=.{1,64}$)(?!vs-)(?!.*-vs(-|$))',
    @word = '[a-z0-9]+(-[a-z0-9]+)*$';
UPDATE diptych_field
   SET options = JSON_OBJECT('trim', TRUE, 'placeholder', 'small-letters-and-digits', 'font', 'monospace'),
       validation = JSON_OBJECT('_and', JSON_ARRAY(JSON_OBJECT('slug', JSON_OBJECT('_regex', CONCAT(@slug, @word))))),
       validation_message = 'Use small letters a to z, digits and single hyphens, such as apache-kafka: at most 64 characters, without -vs-, not beginning with vs- or ending with -vs.'
 WHERE field = 'slug' AND collection <> 'product_alias';
UPDATE diptych_field
   SET validation = JSON_OBJECT('_and', JSON_ARRAY(JSON_OBJECT('slug', JSON_OBJECT('_regex', CONCAT(@slug,
         '(?!(compare|products|alternatives|sectors|themes|faq|leaderboard|search|feed|feeds|sitemap|sitemaps|robots|opensearch|llms',
         '|badge|healthz|readyz|metrics|static|api|favicon|index|og|predictions|preview)$)', @word))))),
       validation_message = CONCAT(validation_message, ' Words that the site uses itself, such as search, feed or products, are taken.')
 WHERE field = 'slug' AND collection = 'page';

UPDATE diptych_field
   SET validation = JSON_OBJECT('_or', JSON_ARRAY(JSON_OBJECT('summary', JSON_OBJECT('_null', TRUE)),
         JSON_OBJECT('summary', JSON_OBJECT('_regex', '^[^\\x00-\\x1f\\x7f]{0,255}$')))),
       validation_message = 'Write one line of at most 255 characters, without a line break.'
 WHERE collection = 'product' AND field = 'summary';
UPDATE diptych_field
   SET validation = JSON_OBJECT('_or', JSON_ARRAY(JSON_OBJECT('velocity_override', JSON_OBJECT('_null', TRUE)),
         JSON_OBJECT('_and', JSON_ARRAY(JSON_OBJECT('velocity_override', JSON_OBJECT('_gte', 0)),
                                        JSON_OBJECT('velocity_override', JSON_OBJECT('_lte', 10)))))),
       validation_message = 'Write a number from 0 to 10, or leave it empty.'
 WHERE collection = 'product' AND field = 'velocity_override';

-- Closed words: one list for the dropdown, its colours in lists, and the validation.
UPDATE diptych_field
   SET options = '{"choices":[{"text":"Draft","value":"draft","icon":"edit"},{"text":"Published","value":"published","icon":"public"},{"text":"Archived","value":"archived","icon":"archive"}]}',
       display = 'labels',
       display_options = '{"choices":[{"text":"Draft","value":"draft","foreground":"#4F5464","background":"#E4EAF1"},{"text":"Published","value":"published","foreground":"#0B5A46","background":"#C9F3E7"},{"text":"Archived","value":"archived","foreground":"#8A1F2F","background":"#FBDDE2"}]}',
       note = COALESCE(note, 'Draft: for you alone. Published: for everybody.')
 WHERE field = 'status';
UPDATE diptych_field SET display = 'labels', display_options = options
 WHERE interface = 'select-dropdown' AND field <> 'status';
UPDATE diptych_field
   SET validation = CONCAT('{"_and":[{"', field, '":{"_in":', JSON_EXTRACT(options, '$.choices[*].value'), '}}]}'),
       validation_message = 'Choose one of the words in the list.'
 WHERE interface = 'select-dropdown';

-- The toolbar has what the site shows. A picture is written by its https: address, ![words](address), because one
-- that Directus keeps is shown to its users only.
UPDATE diptych_field
   SET options = '{"toolbar":["heading","bold","italic","strikethrough","blockquote","bullist","numlist","table","code","link"]}',
       display = 'formatted-value', display_options = '{"format":false}',
       note = CONCAT(COALESCE(CONCAT(note, ' '), ''), 'Markdown. [[kafka]] links to a product, [[kafka-vs-nats]] to a comparison.')
 WHERE interface = 'input-rich-text-md';

UPDATE diptych_field
   SET options = COALESCE(options, '{"template":"{{name}}","enableCreate":false}'),
       display = 'related-values', display_options = JSON_OBJECT('template', JSON_UNQUOTE(JSON_EXTRACT(COALESCE(options, '{"template":"{{name}}"}'), '$.template')))
 WHERE interface = 'select-dropdown-m2o';
UPDATE diptych_field SET display = 'datetime', display_options = '{"format":"short"}' WHERE special = 'cast-timestamp';

-- A new row has no preview yet.
UPDATE diptych_field
   SET options = JSON_OBJECT('links', JSON_ARRAY(JSON_OBJECT('label', 'See it as readers will', 'icon', 'visibility', 'type', 'primary',
         'actionType', 'url', 'url', CONCAT(@site, '/preview/{{preview_token}}')))),
       conditions = '[{"name":"not saved yet","rule":{"_and":[{"id":{"_null":true}}]},"hidden":true}]'
 WHERE interface = 'presentation-links';

-- Directus's rows -----------------------------------------------------------------

-- Names are compared as bytes, because the tables of Directus may have any collation.

START TRANSACTION;

INSERT INTO directus_collections (collection, icon, note, display_template, hidden, translations, archive_field, archive_value,
                                  unarchive_value, sort_field, sort, preview_url)
SELECT collection, icon, note, display_template, hidden,
       JSON_ARRAY(JSON_OBJECT('language', 'en-US', 'translation', label, 'singular', singular, 'plural', label)),
       IF(collection IN ('product', 'editorial', 'activity', 'comparison', 'faq', 'page', 'attribute'), 'status', NULL), 'archived', 'draft',
       sort_field, sort,
       IF(@pane = 1 AND collection IN ('product', 'editorial', 'comparison', 'faq', 'page', 'alternative'), CONCAT(@site, '/preview/{{preview_token}}'), NULL)
  FROM diptych_collection c
    ON DUPLICATE KEY UPDATE icon = c.icon, note = c.note, display_template = c.display_template, hidden = c.hidden,
       translations = VALUES(translations), archive_field = VALUES(archive_field), archive_value = VALUES(archive_value),
       unarchive_value = VALUES(unarchive_value), sort_field = c.sort_field, sort = c.sort, preview_url = VALUES(preview_url);

DELETE d FROM directus_fields d JOIN diptych_field f ON CAST(f.collection AS BINARY) = CAST(d.collection AS BINARY)
  AND CAST(f.field AS BINARY) = CAST(d.field AS BINARY);
INSERT INTO directus_fields (collection, field, special, interface, options, display, display_options, readonly, hidden, sort, width,
                             translations, note, conditions, required, `group`, validation, validation_message)
SELECT collection, field, special, interface, options, display, display_options, rights IN ('r', 't'), rights IN ('l', 't'), sort, width,
       IF(label IS NULL, NULL, JSON_ARRAY(JSON_OBJECT('language', 'en-US', 'translation', label))), note, conditions, required, form_group,
       validation, validation_message
  FROM diptych_field ORDER BY sort;

DELETE d FROM directus_relations d JOIN diptych_relation r ON CAST(r.many_collection AS BINARY) = CAST(d.many_collection AS BINARY)
  AND CAST(r.many_field AS BINARY) = CAST(d.many_field AS BINARY);
INSERT INTO directus_relations (many_collection, many_field, one_collection, one_field, junction_field, sort_field, one_deselect_action)
SELECT many_collection, many_field, one_collection, one_field, junction_field, sort_field, IF(one_field IS NULL, 'nullify', 'delete')
  FROM diptych_relation;

-- The role of editors: these collections, and of the rest only what the forms need. No files, because the site shows
-- pictures of https: addresses only.
INSERT INTO directus_policies (id, name, icon, description, admin_access, app_access)
VALUES ('d1b70000-0000-4000-8000-000000000002', 'Editor', 'edit', 'Edits the site. Written by diptych.', 0, 1)
    ON DUPLICATE KEY UPDATE name = VALUES(name), icon = VALUES(icon), description = VALUES(description), admin_access = 0, app_access = 1;
INSERT INTO directus_roles (id, name, icon, description)
VALUES ('d1b70000-0000-4000-8000-000000000001', 'Editor', 'edit', 'Edits the site. Written by diptych.')
    ON DUPLICATE KEY UPDATE name = VALUES(name), icon = VALUES(icon), description = VALUES(description);
INSERT INTO directus_access (id, role, policy, sort) VALUES ('d1b70000-0000-4000-8000-000000000003', 'd1b70000-0000-4000-8000-000000000001', 'd1b70000-0000-4000-8000-000000000002', 1)
    ON DUPLICATE KEY UPDATE role = VALUES(role), policy = VALUES(policy);

-- Each of these rows is "all or nothing": a rule about rows or fields counts as a custom rule, for which Directus 12 asks
-- a licence, and locks itself without one. The columns that editors may write are those of the account in grants.sql.
DELETE FROM directus_permissions WHERE policy = 'd1b70000-0000-4000-8000-000000000002';
INSERT INTO directus_permissions (collection, action, permissions, fields, policy)
SELECT c.collection, a.action, '{}', '*', 'd1b70000-0000-4000-8000-000000000002'
  FROM diptych_collection c
  JOIN (SELECT 'create' AS action UNION ALL SELECT 'read' UNION ALL SELECT 'update' UNION ALL SELECT 'delete') a
    ON FIND_IN_SET(a.action, c.actions) > 0;

-- The columns of the lists.
DELETE FROM directus_presets WHERE role = 'd1b70000-0000-4000-8000-000000000001' AND user IS NULL AND bookmark IS NULL;
INSERT INTO directus_presets (role, collection, layout, layout_query, layout_options) VALUES
('d1b70000-0000-4000-8000-000000000001', 'product', 'tabular', '{"tabular":{"fields":["name","status","slug","lifecycle","updated_at"],"sort":["name"]}}',
  '{"tabular":{"widths":{"name":260,"status":120,"slug":220,"lifecycle":140,"updated_at":180}}}'),
('d1b70000-0000-4000-8000-000000000001', 'editorial', 'tabular', '{"tabular":{"fields":["product_id","headline","status","published_at","author"],"sort":["-published_at"]}}',
  '{"tabular":{"widths":{"product_id":200,"headline":420,"status":120,"published_at":180,"author":160}}}'),
('d1b70000-0000-4000-8000-000000000001', 'activity', 'tabular', '{"tabular":{"fields":["occurred_at","product_id","title","kind","class","status"],"sort":["-occurred_at"]}}',
  '{"tabular":{"widths":{"occurred_at":180,"product_id":200,"title":360,"kind":110,"class":140,"status":120}}}'),
('d1b70000-0000-4000-8000-000000000001', 'comparison', 'tabular', '{"tabular":{"fields":["product_id","other_product_id","status"],"sort":["product_id.name"]}}',
  '{"tabular":{"widths":{"product_id":240,"other_product_id":240,"status":120}}}'),
('d1b70000-0000-4000-8000-000000000001', 'faq', 'tabular', '{"tabular":{"fields":["question","product_id","other_product_id","status"],"sort":["sort"]}}',
  '{"tabular":{"widths":{"question":460,"product_id":180,"other_product_id":180,"status":120}}}'),
('d1b70000-0000-4000-8000-000000000001', 'page', 'tabular', '{"tabular":{"fields":["title","slug","status","updated_at"],"sort":["title"]}}',
  '{"tabular":{"widths":{"title":300,"slug":220,"status":120,"updated_at":180}}}'),
('d1b70000-0000-4000-8000-000000000001', 'attribute', 'tabular', '{"tabular":{"fields":["name","group_name","kind","unit","status"],"sort":["sort"]}}',
  '{"tabular":{"widths":{"name":240,"group_name":200,"kind":120,"unit":100,"status":120}}}'),
('d1b70000-0000-4000-8000-000000000001', 'sector', 'tabular', '{"tabular":{"fields":["name","slug"],"sort":["sort"]}}',
  '{"tabular":{"widths":{"name":320,"slug":320}}}'),
('d1b70000-0000-4000-8000-000000000001', 'theme', 'tabular', '{"tabular":{"fields":["name","slug"],"sort":["name"]}}',
  '{"tabular":{"widths":{"name":320,"slug":320}}}'),
('d1b70000-0000-4000-8000-000000000001', 'lint_finding', 'tabular', '{"tabular":{"fields":["meaning","words","table_name","row_id","column_name"],"sort":["table_name","row_id"]}}',
  '{"tabular":{"widths":{"meaning":420,"words":300,"table_name":140,"row_id":100,"column_name":160}}}');

COMMIT;

DROP TEMPORARY TABLE diptych_collection, diptych_field, diptych_relation;
