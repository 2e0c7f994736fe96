import { beforeEach, describe, expect, it, vi } from 'vitest';
import { IDLE_MS, IDLE_QR_MS, IdleMachine, WARN_MS } from '@/kiosk/idle';

describe('idle machine', () => {
  let now = 0;
  const onWarn = vi.fn();
  const onExpire = vi.fn();
  let idle: IdleMachine;
  const at = (ms: number) => {
    now = ms;
    idle.tick();
  };

  beforeEach(() => {
    now = 0;
    onWarn.mockReset();
    onExpire.mockReset();
    idle = new IdleMachine({ idleMs: IDLE_MS, warnMs: WARN_MS, now: () => now, onWarn, onExpire });
    idle.start();
  });

  it('is silent for 75 s, then counts down 20 s, then expires once', () => {
    at(IDLE_MS - 1);
    expect(onWarn).not.toHaveBeenCalled();
    at(IDLE_MS);
    expect(onWarn).toHaveBeenLastCalledWith(20);
    at(IDLE_MS + 5_500);
    expect(onWarn).toHaveBeenLastCalledWith(15);
    at(IDLE_MS + WARN_MS - 1);
    expect(onExpire).not.toHaveBeenCalled();
    at(IDLE_MS + WARN_MS);
    at(IDLE_MS + WARN_MS + 1_000);
    expect(onExpire).toHaveBeenCalledTimes(1);
    expect(onWarn).toHaveBeenLastCalledWith(null);
  });

  it('starts over at any touch, also while it warns', () => {
    at(IDLE_MS + 3_000);
    idle.touch();
    expect(onWarn).toHaveBeenLastCalledWith(null);
    at(IDLE_MS + 3_000 + IDLE_MS - 1);
    expect(onExpire).not.toHaveBeenCalled();
    expect(idle.warning).toBe(false);
  });

  it('does nothing when stopped, and waits longer for a code on the screen', () => {
    idle.stop();
    at(1e9);
    expect(onExpire).not.toHaveBeenCalled();
    now = 0;
    idle.start();
    idle.patience(IDLE_QR_MS);
    at(IDLE_MS + WARN_MS);
    expect(onWarn).toHaveBeenCalledTimes(0);
    at(IDLE_QR_MS);
    expect(onWarn).toHaveBeenLastCalledWith(20);
  });

  it('goes back to the usual patience only for who asked for another last', () => {
    const code = idle.patience(IDLE_QR_MS);
    const card = idle.patience(10_000);
    code(); // the code leaves the screen after the card has taken it
    at(11_000);
    expect(onWarn).toHaveBeenLastCalledWith(19);
    card();
    at(12_000);
    expect(onWarn).toHaveBeenLastCalledWith(19);
    idle.touch();
    at(12_000 + IDLE_MS - 1);
    expect(onWarn).toHaveBeenLastCalledWith(null);
  });

  it('a jump of the clock past both ends expires at once, not twice', () => {
    at(1e9);
    at(1e9 + 1);
    expect(onExpire).toHaveBeenCalledTimes(1);
  });
});
