// Element Plus as far as a test needs it: fields that are typed into, buttons that are pressed, drawers that are open
// or not. A test takes it with `vi.mock('element-plus', () => import('./lib/element'))`.
import { h, type FunctionalComponent } from 'vue';

type Part<P = object> = FunctionalComponent<P, { 'update:modelValue': (value: unknown) => void }>;

function part<P>(props: readonly (keyof P & string)[], render: Part<P>): Part<P> {
  return Object.assign(render, { props: [...props], emits: ['update:modelValue'], inheritAttrs: false });
}
const of = (event: Event): string => (event.target as HTMLInputElement).value;
const box = part([], (_, { slots, attrs }) => h('div', attrs, [slots['title']?.(), slots['default']?.()]));
const input = part<{ modelValue?: string | number | null; type?: string }>(
  ['modelValue', 'type'],
  (props, { emit, attrs }) =>
    h(props.type === 'textarea' ? 'textarea' : 'input', {
      ...attrs,
      value: props.modelValue ?? '',
      onInput: (e: Event) =>
        emit('update:modelValue', typeof props.modelValue === 'number' ? Number(of(e)) : of(e)),
    }),
);
const checkbox = part<{ modelValue?: boolean }>(['modelValue'], (props, { slots, emit, attrs }) =>
  h('label', [
    h('input', {
      ...attrs,
      type: 'checkbox',
      checked: props.modelValue,
      onChange: () => emit('update:modelValue', !props.modelValue),
    }),
    slots['default']?.(),
  ]),
);
const drawer = part<{ modelValue?: boolean }>(['modelValue'], (props, { slots }) =>
  props.modelValue ? h('div', { role: 'dialog' }, [slots['default']?.(), slots['footer']?.()]) : null,
);

export const ID_INJECTION_KEY = Symbol();
export const ElButton = part<{ nativeType?: string; loading?: boolean }>(
  ['nativeType', 'loading'],
  (props, { slots, attrs }) =>
    h('button', { ...attrs, type: (props.nativeType ?? 'button') as 'button' }, slots['default']?.()),
);
export const ElInput = input;
export const ElInputNumber = input;
export const ElDatePicker = input;
export const ElCheckbox = checkbox;
export const ElSwitch = checkbox;
/** What is chosen is typed: its value, as it is. */
export const ElSelect = part<{ modelValue?: unknown; remoteMethod?: (text: string) => void }>(
  ['modelValue', 'remoteMethod'],
  (props, { slots, emit, attrs }) =>
    h('div', [
      h('input', {
        ...attrs,
        value: String(props.modelValue ?? ''),
        onInput: (e: Event) => {
          if (props.remoteMethod) props.remoteMethod(of(e));
          else emit('update:modelValue', /^\d+$/u.test(of(e)) ? Number(of(e)) : of(e) || null);
        },
      }),
      h('ul', slots['default']?.()),
    ]),
);
export const ElOption = part<{ label?: string }>(['label'], (props) => h('li', props.label));
export const ElOptionGroup = box;
export const ElRadio = box;
export const ElRadioButton = box;
export const ElRadioGroup = box;
export const ElCheckboxGroup = box;
export const ElConfigProvider = box;
export const ElDropdown = box;
export const ElDropdownItem = box;
export const ElDropdownMenu = box;
export const ElTabPane = box;
export const ElTabs = box;
export const ElDrawer = drawer;
export const ElDialog = drawer;
const said = (): void => undefined;
export const ElMessage = Object.assign(said, { success: said, error: said, warning: said });
export const ElMessageBox = { confirm: () => Promise.resolve() };
