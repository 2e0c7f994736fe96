// Leaving a screen with something typed and not saved asks first; so does closing the window.
import { onBeforeUnmount, onMounted, type Ref } from 'vue';
import { onBeforeRouteLeave } from 'vue-router';
import { useI18n } from 'vue-i18n';
import { ElMessageBox } from 'element-plus';

export function useUnsaved(dirty: Ref<boolean>): { mayLeave: () => Promise<boolean> } {
  const { t } = useI18n();
  async function mayLeave(): Promise<boolean> {
    if (!dirty.value) return true;
    try {
      await ElMessageBox.confirm(t('office.parts.unsaved-text'), t('office.parts.unsaved-title'), {
        confirmButtonText: t('office.parts.unsaved-leave'),
        cancelButtonText: t('office.parts.unsaved-stay'),
        autofocus: false,
      });
      return true;
    } catch {
      return false;
    }
  }
  const unload = (event: BeforeUnloadEvent): void => {
    if (dirty.value) event.preventDefault();
  };
  onMounted(() => addEventListener('beforeunload', unload));
  onBeforeUnmount(() => removeEventListener('beforeunload', unload));
  // The router may take two steps to a screen (it adds the project to the address): one question is enough.
  let granted = false;
  onBeforeRouteLeave(async () => (granted ||= await mayLeave()));
  return { mayLeave };
}
