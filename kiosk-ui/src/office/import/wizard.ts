// The state of one import, from the file to the result. Steps go back and forth without losing anything;
// only another file starts over.
import { computed, reactive, ref, shallowRef } from 'vue';
import { api, ok } from '@/api/client';
import { RAW } from '../parts/upload';
import { useAction } from '../parts/use_load';
import { useSend } from '../parts/use_send';
import {
  blocking,
  blocksOf,
  draftOf,
  mappingGaps,
  matrixFaults,
  matrixGuessless,
  mergeWords,
  planOf,
  structuredCloneJson,
  unknownWords,
  withBlocks,
  withHeader,
  type Draft,
  type ImportFile,
  type ImportMapping,
  type ImportScan,
  type MatrixLayout,
  type WordMap,
} from './plan';
import type { Schemas } from '@/api/types';

export const STEPS = ['file', 'columns', 'words', 'check', 'done'] as const;
export type Step = (typeof STEPS)[number];
export type ImportResult = Schemas['ImportResult'];

export type Wizard = ReturnType<typeof createWizard>;

export function createWizard(project: () => number | null) {
  const step = ref<Step>('file');
  const file = shallowRef<ImportFile | null>(null);
  const draft = reactive<Draft>({
    mapping: emptyMapping(),
    decisions: {},
    remember: true,
    fromFile: false,
    filter: [],
  });
  /** the block of a matrix that is being looked at */
  const block = ref(0);
  const scan = shallowRef<ImportScan | null>(null);
  /** the plan the scan belongs to; another plan makes it out of date */
  const scanned = ref('');
  const result = shallowRef<ImportResult | null>(null);
  const uploading = useAction();
  const looking = useAction();
  const scanning = useAction();
  const committing = useSend();

  const planText = computed(() => JSON.stringify(planOf(draft)));
  const fresh = computed(() => scan.value !== null && scanned.value === planText.value);
  const gaps = computed(() => mappingGaps(draft.mapping));
  const blocks = computed(() => (draft.mapping.form === 'matrix' ? blocksOf(draft.mapping) : []));
  const matrixWrong = computed(() => {
    const found = file.value;
    const rows = found?.sheets.find((s) => s.index === found.sheet)?.rows;
    if (!found) return [];
    return blocks.value.flatMap((m, at) =>
      matrixFaults(m, found.columns.length, rows ?? m.last_row).map((fault) => ({ block: at, fault })),
    );
  });
  const statusWords = computed(() => mergeWords(scan.value?.status_words ?? [], draft.mapping.status_words));
  const classWords = computed(() => mergeWords(scan.value?.class_words ?? [], draft.mapping.class_words));
  const unknown = computed(
    () => unknownWords(statusWords.value).length + unknownWords(classWords.value).length,
  );
  const inTheWay = computed(() => (scan.value ? blocking(scan.value, draft) : []));
  const mapped = computed(() =>
    draft.mapping.form === 'matrix'
      ? matrixWrong.value.length === 0 && draft.mapping.matrix !== null
      : gaps.value.missing.length === 0,
  );
  const ready = computed(
    () =>
      fresh.value &&
      inTheWay.value.length === 0 &&
      (scan.value?.refused ?? 1) === 0 &&
      (scan.value?.accepted ?? 0) > 0,
  );
  const touched = computed(() => file.value !== null && step.value !== 'done');

  function take(found: ImportFile): void {
    file.value = found;
    block.value = 0;
    scan.value = null;
    scanned.value = '';
    result.value = null;
  }

  async function upload(chosen: File): Promise<void> {
    const id = project();
    if (id === null) return;
    const old = file.value?.id;
    await uploading.run(async () => {
      const found = await ok(
        api.POST('/api/v1/imports', {
          params: { query: { name: chosen.name, project: id } },
          body: chosen as unknown as string,
          ...RAW,
        }),
      );
      take(found);
      Object.assign(draft, draftOf(found), { fromFile: draft.fromFile });
      if (old)
        void api
          .DELETE('/api/v1/imports/{import}', { params: { path: { import: old } } })
          .catch(() => undefined);
    });
  }

  /** Looks at another sheet of the workbook; words that were given a meaning keep it. */
  async function look(sheet: number): Promise<void> {
    const now = file.value;
    if (!now) return;
    await looking.run(async () => {
      const found = await ok(
        api.GET('/api/v1/imports/{import}', { params: { path: { import: now.id }, query: { sheet } } }),
      );
      const kept = draft.mapping;
      take(found);
      const next = draftOf(found).mapping;
      next.status_words = kept.status_words;
      next.class_words = kept.class_words;
      next.source = kept.source;
      draft.mapping = next;
      draft.decisions = {};
    });
  }

  /** Takes another row as the headers (0: the sheet has none). */
  function setHeader(row: number): void {
    if (!file.value) return;
    take(withHeader(file.value, row));
    draft.mapping = { ...draft.mapping, header_row: row };
  }

  function setForm(form: ImportMapping['form']): void {
    const found = file.value;
    if (!found) return;
    draft.mapping.form = form;
    if (form === 'matrix' && !draft.mapping.matrix) {
      draft.mapping.matrix = structuredCloneJson(found.matrix ?? matrixGuessless(found));
    }
  }

  /** Takes over a mapping that was remembered, for the sheet at hand. */
  function takeRemembered(mapping: ImportMapping): void {
    draft.mapping = { ...structuredCloneJson(mapping), sheet: file.value?.sheet ?? mapping.sheet };
    block.value = 0;
  }

  async function runScan(): Promise<boolean> {
    const id = file.value?.id;
    if (!id) return false;
    const text = planText.value;
    const got = await scanning.run(() =>
      ok(
        api.POST('/api/v1/imports/{import}/scan', { params: { path: { import: id } }, body: planOf(draft) }),
      ),
    );
    if (!got) return false;
    scan.value = got;
    scanned.value = text;
    committing.problem.value = null; // it spoke of the plan before
    // The daemon changed nothing while the user went on choosing: look again with what stands now.
    if (text !== planText.value) return runScan();
    return true;
  }

  function setWords(kind: 'status_words' | 'class_words', words: WordMap[]): void {
    draft.mapping[kind] = words;
  }

  function setMapping(mapping: ImportMapping): void {
    draft.mapping = mapping;
  }
  function setMatrix(part: Partial<MatrixLayout>): void {
    const changed = blocks.value.map((m, at) => (at === block.value ? { ...m, ...part } : m));
    draft.mapping = withBlocks(draft.mapping, changed);
  }
  function showBlock(at: number): void {
    block.value = at;
  }
  /** Leaves the block being looked at out of the import. */
  function dropBlock(): void {
    draft.mapping = withBlocks(
      draft.mapping,
      blocks.value.filter((_, at) => at !== block.value),
    );
    block.value = 0;
  }
  /** Into the projects the file names, or all into the current one. */
  function setTarget(fromFile: boolean): void {
    draft.fromFile = fromFile;
    draft.filter = [];
  }
  function setFilter(names: string[]): void {
    draft.filter = names;
  }
  function decide(problem: string, part: Partial<Draft['decisions'][string]>): void {
    draft.decisions[problem] = { decision: 'refuse', ...draft.decisions[problem], ...part };
  }

  async function commit(): Promise<boolean> {
    const id = file.value?.id;
    if (!id) return false;
    const got = await committing.send(planOf(draft), (body, key) =>
      ok(
        api.POST('/api/v1/imports/{import}/commit', {
          params: { path: { import: id }, header: { 'Idempotency-Key': key } },
          body,
        }),
      ),
    );
    if (!got) return false;
    result.value = got;
    step.value = 'done';
    return true;
  }

  function restart(): void {
    const old = file.value?.id;
    if (old)
      void api
        .DELETE('/api/v1/imports/{import}', { params: { path: { import: old } } })
        .catch(() => undefined);
    file.value = null;
    scan.value = null;
    scanned.value = '';
    result.value = null;
    draft.mapping = emptyMapping();
    draft.decisions = {};
    draft.filter = [];
    committing.problem.value = null;
    scanning.problem.value = null;
    uploading.problem.value = null;
    step.value = 'file';
  }

  return {
    step,
    file,
    draft,
    scan,
    fresh,
    result,
    gaps,
    block,
    blocks,
    matrixWrong,
    statusWords,
    classWords,
    unknown,
    inTheWay,
    mapped,
    ready,
    touched,
    uploading,
    looking,
    scanning,
    committing,
    upload,
    look,
    setHeader,
    setForm,
    takeRemembered,
    runScan,
    setWords,
    setMapping,
    setMatrix,
    showBlock,
    dropBlock,
    setTarget,
    setFilter,
    decide,
    commit,
    restart,
  };
}

function emptyMapping(): ImportMapping {
  return {
    source: '',
    form: 'rows',
    sheet: 0,
    header_row: 1,
    columns: [],
    status_words: [],
    class_words: [],
    matrix: null,
  };
}
