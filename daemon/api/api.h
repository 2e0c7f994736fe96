/* api.h - the handlers of the route table (routes.c), one file per noun beside it.
 *
 * Each is named api_ and its operationId, so that it never meets the function of db/ that it calls,
 * and has the shape of call.h's route.handler: reads the call, does one thing through db/, fills
 * the reply; 0, -EREFUSED with the fault set, or a negative errno.
 */
#ifndef ANCHANG_API_H
#define ANCHANG_API_H

#include "daemon/http/call.h"

int api_login_prepare(struct call *call);
int api_login(struct call *call);
int api_session_get(struct call *call);
int api_logout(struct call *call);
int api_password_change_prepare(struct call *call);
int api_password_change(struct call *call);
int api_terminal_list(struct call *call);
int api_pairing_create(struct call *call);
int api_terminal_revoke(struct call *call);
int api_terminal_pair(struct call *call);
int api_terminal_heartbeat(struct call *call);
int api_terminal_call(struct call *call);
int api_alert_list(struct call *call);
int api_alert_answer(struct call *call);
int api_public_project_list(struct call *call);
int api_public_chart(struct call *call);
int api_public_building(struct call *call);
int api_public_unit(struct call *call);
int api_public_estimate(struct call *call);
int api_public_link(struct call *call);
int api_public_qr_svg(struct call *call);
int api_public_qr_png(struct call *call);
int api_public_vr_svg(struct call *call);
int api_public_disclosure(struct call *call);
int api_public_media(struct call *call);
int api_public_events(struct call *call);
int api_link_open(struct call *call);
int api_link_media(struct call *call);
int api_project_list(struct call *call);
int api_project_create(struct call *call);
int api_project_get(struct call *call);
int api_project_update(struct call *call);
int api_project_tree(struct call *call);
int api_area_create(struct call *call);
int api_area_update(struct call *call);
int api_area_delete(struct call *call);
int api_building_create(struct call *call);
int api_building_update(struct call *call);
int api_building_delete(struct call *call);
int api_building_generate(struct call *call);
int api_chart_internal(struct call *call);
int api_unit_list(struct call *call);
int api_unit_get(struct call *call);
int api_unit_update(struct call *call);
int api_unit_area_set(struct call *call);
int api_unit_price_set(struct call *call);
int api_unit_history(struct call *call);
int api_unit_trail(struct call *call);
int api_encumbrance_set(struct call *call);
int api_encumbrance_clear(struct call *call);
int api_units_release(struct call *call);
int api_units_withdraw(struct call *call);
int api_units_hold(struct call *call);
int api_units_reserve(struct call *call);
int api_units_unhold(struct call *call);
int api_units_retain(struct call *call);
int api_units_unretain(struct call *call);
int api_units_delete(struct call *call);
int api_units_area_review(struct call *call);
int api_layout_list(struct call *call);
int api_layout_create(struct call *call);
int api_layout_update(struct call *call);
int api_layout_delete(struct call *call);
int api_layout_assign(struct call *call);
int api_media_prepare(struct call *call);
int api_media_upload(struct call *call);
int api_media_get(struct call *call);
int api_permit_list(struct call *call);
int api_permit_create(struct call *call);
int api_permit_update(struct call *call);
int api_permit_revoke(struct call *call);
int api_disclosure_get(struct call *call);
int api_disclosure_set(struct call *call);
int api_fee_create(struct call *call);
int api_fee_update(struct call *call);
int api_fee_delete(struct call *call);
int api_discount_create(struct call *call);
int api_discount_update(struct call *call);
int api_discount_delete(struct call *call);
int api_publication_list(struct call *call);
int api_publication_create(struct call *call);
int api_publication_get(struct call *call);
int api_publication_check(struct call *call);
int api_publication_diff(struct call *call);
int api_publication_chart(struct call *call);
int api_publication_submit(struct call *call);
int api_publication_withdraw(struct call *call);
int api_publication_approve(struct call *call);
int api_publication_reject(struct call *call);
int api_project_closing(struct call *call);
int api_link_revocation_list(struct call *call);
int api_link_revoke(struct call *call);
int api_import_upload(struct call *call);
int api_import_get(struct call *call);
int api_import_discard(struct call *call);
int api_import_scan(struct call *call);
int api_import_commit(struct call *call);
int api_import_mapping_list(struct call *call);
int api_report_stock(struct call *call);
int api_report_disclosure(struct call *call);
int api_export_chart_xlsx(struct call *call);
int api_export_chart_pdf(struct call *call);
int api_export_price_list_xlsx(struct call *call);
int api_export_price_list_pdf(struct call *call);
int api_events(struct call *call);
int api_user_list(struct call *call);
int api_user_create_prepare(struct call *call);
int api_user_create(struct call *call);
int api_user_update(struct call *call);
int api_user_password_prepare(struct call *call);
int api_user_password(struct call *call);
int api_post_list(struct call *call);
int api_post_create(struct call *call);
int api_post_update(struct call *call);
int api_right_list(struct call *call);
int api_audit_list(struct call *call);
int api_audit_verify(struct call *call);
int api_healthz(struct call *call);
int api_readyz(struct call *call);
int api_metrics(struct call *call);
int api_system_get(struct call *call);

#endif
