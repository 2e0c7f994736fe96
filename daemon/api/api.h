/* api.h - the handlers of the route table (routes.c), one file per noun beside it.
 *
 * Each has the shape of call.h's route.handler: reads the call, does one thing through db/, fills the
 * reply; 0, -EREFUSED with the fault set, or a negative errno.
 */
#ifndef ANCHANG_API_H
#define ANCHANG_API_H

#include "daemon/http/call.h"

int login(struct call *call);
int session_get(struct call *call);
int logout(struct call *call);
int password_change(struct call *call);
int terminal_list(struct call *call);
int pairing_create(struct call *call);
int terminal_revoke(struct call *call);
int terminal_pair(struct call *call);
int terminal_heartbeat(struct call *call);
int terminal_call(struct call *call);
int alert_list(struct call *call);
int alert_answer(struct call *call);
int public_project_list(struct call *call);
int public_chart(struct call *call);
int public_building(struct call *call);
int public_unit(struct call *call);
int public_estimate(struct call *call);
int public_link(struct call *call);
int public_qr_svg(struct call *call);
int public_qr_png(struct call *call);
int public_disclosure(struct call *call);
int public_media(struct call *call);
int public_events(struct call *call);
int link_open(struct call *call);
int link_media(struct call *call);
int project_list(struct call *call);
int project_create(struct call *call);
int project_get(struct call *call);
int project_update(struct call *call);
int project_tree(struct call *call);
int area_create(struct call *call);
int area_update(struct call *call);
int area_delete(struct call *call);
int building_create(struct call *call);
int building_update(struct call *call);
int building_delete(struct call *call);
int building_generate(struct call *call);
int chart_internal(struct call *call);
int unit_list(struct call *call);
int unit_get(struct call *call);
int unit_update(struct call *call);
int unit_area_set(struct call *call);
int unit_price_set(struct call *call);
int unit_history(struct call *call);
int unit_trail(struct call *call);
int encumbrance_set(struct call *call);
int encumbrance_clear(struct call *call);
int units_release(struct call *call);
int units_withdraw(struct call *call);
int units_hold(struct call *call);
int units_reserve(struct call *call);
int units_unhold(struct call *call);
int units_retain(struct call *call);
int units_unretain(struct call *call);
int units_delete(struct call *call);
int units_area_review(struct call *call);
int layout_list(struct call *call);
int layout_create(struct call *call);
int layout_update(struct call *call);
int layout_delete(struct call *call);
int layout_assign(struct call *call);
int media_upload(struct call *call);
int media_get(struct call *call);
int permit_list(struct call *call);
int permit_create(struct call *call);
int permit_update(struct call *call);
int permit_revoke(struct call *call);
int disclosure_get(struct call *call);
int disclosure_set(struct call *call);
int fee_create(struct call *call);
int fee_update(struct call *call);
int fee_delete(struct call *call);
int discount_create(struct call *call);
int discount_update(struct call *call);
int discount_delete(struct call *call);
int publication_list(struct call *call);
int publication_create(struct call *call);
int publication_get(struct call *call);
int publication_check(struct call *call);
int publication_diff(struct call *call);
int publication_chart(struct call *call);
int publication_submit(struct call *call);
int publication_withdraw(struct call *call);
int publication_approve(struct call *call);
int publication_reject(struct call *call);
int project_closing(struct call *call);
int link_revocation_list(struct call *call);
int link_revoke(struct call *call);
int import_upload(struct call *call);
int import_get(struct call *call);
int import_discard(struct call *call);
int import_scan(struct call *call);
int import_commit(struct call *call);
int import_mapping_list(struct call *call);
int report_stock(struct call *call);
int report_disclosure(struct call *call);
int export_chart_xlsx(struct call *call);
int export_chart_pdf(struct call *call);
int export_price_list_xlsx(struct call *call);
int export_price_list_pdf(struct call *call);
int events(struct call *call);
int user_list(struct call *call);
int user_create(struct call *call);
int user_update(struct call *call);
int user_password(struct call *call);
int post_list(struct call *call);
int post_create(struct call *call);
int post_update(struct call *call);
int right_list(struct call *call);
int audit_list(struct call *call);
int audit_verify(struct call *call);
int healthz(struct call *call);
int readyz(struct call *call);
int metrics(struct call *call);
int system_get(struct call *call);

#endif
