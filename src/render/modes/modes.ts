import { renderBox, renderPlainTable } from './box.ts';
import { renderCsvMode } from './csv-mode.ts';
import { renderDuckbox } from './duckbox.ts';
import { renderJsonLines, renderJsonMode } from './json-mode.ts';
import { renderLines } from './line.ts';
import { renderList, renderTabs } from './list.ts';
import { renderMarkdownMode } from './markdown-mode.ts';
import type { Mode, ModeName } from './mode.ts';

/** The output modes by their names. */
export const modes: Record<ModeName, Mode> = {
  duckbox: renderDuckbox,
  box: renderBox,
  table: renderPlainTable,
  markdown: renderMarkdownMode,
  csv: renderCsvMode,
  json: renderJsonMode,
  jsonlines: renderJsonLines,
  line: renderLines,
  list: renderList,
  tabs: renderTabs,
};
