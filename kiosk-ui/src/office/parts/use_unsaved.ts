// Leaving a screen with something typed and not saved asks first; so does closing the window.
import { onBeforeUnmount, onMounted, type Ref } from 'vue';
import { onBeforeRouteLeave } from 'vue-router';
import { useI18n } from 'vue-i18n';
import { ElMessageBox } from 'element-plus';

/** Asks whether what was typed may be thrown away. */
export async function mayDiscard(t: (key: string) => string): Promise<boolean> {
  try {
    await ElMessageBox.confirm(t('office.parts.unsaved-text'), t('office.parts.unsaved-title'), {
      confirmButtonText: t('office.parts.unsaved-leave'),
      cancelButtonText: t('office.parts.unsaved-stay'),
      autofocus: false,
      closeOnHashChange: false, // the back key has changed it already when this asks
    });
    return true;
  } catch {
    return false;
  }
}

/** Closing the window with something typed and not saved asks first. */
export function useUnload(dirty: Readonly<Ref<boolean>>): void {
  const unload = (event: BeforeUnloadEvent): void => {
    if (dirty.value) event.preventDefault();
  };
  onMounted(() => addEventListener('beforeunload', unload));
  onBeforeUnmount(() => removeEventListener('beforeunload', unload));
}

export function useUnsaved(dirty: Readonly<Ref<boolean>>): void {
  const { t } = useI18n();
  useUnload(dirty);
  // The router may take two steps to a screen (it adds the project to the address): one question is enough.
  let granted = false;
  onBeforeRouteLeave(async () => {
    if (dirty.value && !granted) granted = await mayDiscard(t);
    return granted || !dirty.value;
  });
}
