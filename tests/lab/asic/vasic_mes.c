// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual ASIC: the scheduler firmware, as far as user queues go.
 *
 * The driver's own mes_userqueue.c calls these under the MES lock, also while it evicts buffers.
 */
#include "vasic.h"
#include "vasic_compat.h"

#include "amdgpu_userq.h"

static struct vasic_queue *find(struct vasic *v, u32 doorbell, u64 gang)
{
	struct vasic_queue *q;

	list_for_each_entry(q, &v->queues, link)
		if (q->mqd.doorbell == doorbell && (!gang || q->gang == gang))
			return q;
	return NULL;
}

static int vasic_add_hw_queue(struct amdgpu_mes *mes, struct mes_add_queue_input *input)
{
	struct vasic *v = vasic_of_mes(mes);
	struct vasic_queue *q;
	int r;

	/* May be on the way to free memory: queues are mapped again after an eviction. */
	q = kzalloc(sizeof(*q), GFP_NOWAIT);
	if (!q)
		return -ENOMEM;
	q->vasic = v;
	q->ip = input->queue_type;
	q->mqd_addr = input->mqd_addr;
	q->gang = input->gang_context_addr;
	q->page_table = input->page_table_base_addr;
	q->wptr_va = input->wptr_addr;
	r = vasic_gart_read(v, q->mqd_addr, &q->mqd, sizeof(q->mqd));
	if (r) {
		dev_err(v->adev->dev, "vasic: no MQD at 0x%llx\n", q->mqd_addr);
		kfree(q);
		return r;
	}

	mutex_lock(&v->lock);
	vasic_cp_attach(q);
	list_add_tail(&q->link, &v->queues);
	mutex_unlock(&v->lock);
	wake_up(&v->wake);
	return 0;
}

/* Succeeds for a hung queue as well: what firmware makes of one is not modelled. */
static int vasic_remove_hw_queue(struct amdgpu_mes *mes, struct mes_remove_queue_input *input)
{
	struct vasic *v = vasic_of_mes(mes);
	struct vasic_queue *q;

	mutex_lock(&v->lock);
	q = find(v, input->doorbell_offset, input->gang_context_addr);
	if (q) {
		list_del(&q->link);
		q->mqd.rptr = vcp_rptr(&q->cp);
		q->mqd.was_mapped = true;
		vasic_gart_write(v, q->mqd_addr, &q->mqd, sizeof(q->mqd));
	}
	mutex_unlock(&v->lock);
	kfree(q);
	return q ? 0 : -ENOENT;
}

static int vasic_suspend_gang(struct amdgpu_mes *mes, struct mes_suspend_gang_input *input)
{
	struct vasic *v = vasic_of_mes(mes);
	u64 value = input->suspend_fence_value;
	struct vasic_queue *q;

	mutex_lock(&v->lock);
	list_for_each_entry(q, &v->queues, link)
		if ((input->suspend_all_gangs || q->gang == input->gang_context_addr) &&
		    q->state == VASIC_RUNNING)
			q->state = VASIC_SUSPENDED;
	mutex_unlock(&v->lock);
	return input->suspend_fence_addr
		       ? vasic_gart_write(v, input->suspend_fence_addr, &value, sizeof(value))
		       : 0;
}

static int vasic_resume_gang(struct amdgpu_mes *mes, struct mes_resume_gang_input *input)
{
	struct vasic *v = vasic_of_mes(mes);
	struct vasic_queue *q;

	mutex_lock(&v->lock);
	list_for_each_entry(q, &v->queues, link)
		if ((input->resume_all_gangs || q->gang == input->gang_context_addr) &&
		    q->state == VASIC_SUSPENDED) {
			q->state = VASIC_RUNNING;
			vasic_cp_load_wptr(q);
		}
	mutex_unlock(&v->lock);
	return 0;
}

/* A queue that was reset has forgotten what it had to do. The driver unmaps it next. */
static int vasic_reset_hw_queue(struct amdgpu_mes *mes, struct mes_reset_queue_input *input)
{
	struct vasic *v = vasic_of_mes(mes);
	struct vasic_queue *q;

	mutex_lock(&v->lock);
	q = find(v, input->doorbell_offset, 0);
	if (q)
		vasic_cp_hang(q, "reset", 0);
	mutex_unlock(&v->lock);
	return q ? 0 : -ENOENT;
}

/*
 * Hung is what does not get on: refused packets, but a wait that is not fulfilled as well. The
 * driver does not unmap what was reset here: it is gone.
 */
static int vasic_detect_and_reset(struct amdgpu_mes *mes,
				  struct mes_detect_and_reset_queue_input *input)
{
	struct vasic *v = vasic_of_mes(mes);
	struct vasic_queue *q, *next;
	int n = 0;

	mutex_lock(&v->lock);
	list_for_each_entry_safe(q, next, &v->queues, link) {
		if (q->ip != input->queue_type || n == VASIC_NUM_HUNG ||
		    (q->state != VASIC_HUNG && vcp_is_idle(&q->cp)))
			continue;
		v->hung_doorbells[n++] = q->mqd.doorbell;
		if (input->detect_only)
			continue;
		list_del(&q->link);
		kfree(q);
	}
	mutex_unlock(&v->lock);
	return 0;
}

void vasic_mes_init(struct vasic *v)
{
	struct amdgpu_mes *mes = &v->adev->mes;
	int i;

	v->mes_funcs = (struct amdgpu_mes_funcs){
		.add_hw_queue = vasic_add_hw_queue,
		.remove_hw_queue = vasic_remove_hw_queue,
		.suspend_gang = vasic_suspend_gang,
		.resume_gang = vasic_resume_gang,
		.reset_hw_queue = vasic_reset_hw_queue,
		.detect_and_reset_hung_queues = vasic_detect_and_reset,
	};
	mes->adev = v->adev;
	mes->funcs = &v->mes_funcs;
	mutex_init(&mes->mutex_hidden);
	/* Told to clients as numbers of slots; as in amdgpu_mes_init() for this generation. */
	mes->gfx_hqd_mask[0] = 0xfe;
	for (i = 0; i < 4; i++)
		mes->compute_hqd_mask[i] = 0xc;
	mes->sdma_hqd_mask[0] = 0xfc;
	mes->hung_queue_db_array_size = VASIC_NUM_HUNG;
	mes->hung_queue_hqd_info_offset = VASIC_NUM_HUNG;
	*vasic_compat_hung_doorbells(mes) = v->hung_doorbells;
	v->adev->enable_mes = true;
}
